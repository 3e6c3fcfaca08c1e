/** The build sets this. */
declare const COFFER_VERSION: string;

export function version(): string {
  return COFFER_VERSION;
}

/** Includes Node's version, because the AWS SDK depends on it. */
export function describeVersion(): string {
  return `coffer ${COFFER_VERSION}, node ${process.versions.node}`;
}

/** What `--version` prints. */
export function versionText(): string {
  const isOld = Number.parseInt(process.versions.node, 10) < 22;
  const advice = isOld ? 'From January 2027 new releases of the AWS SDK need Node 22.\n' : '';
  return `${describeVersion()}\n${advice}`;
}
