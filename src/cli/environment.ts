/** The environment of the coffer process. */
export type Environment = Readonly<Record<string, string | undefined>>;
