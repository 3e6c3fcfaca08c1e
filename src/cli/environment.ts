/** The variables that coffer was called with. */
export type Environment = Readonly<Record<string, string | undefined>>;
