/** The build sets this. */
declare const COFFER_VERSION: string;

/** Includes Node's version, because the AWS SDK depends on it. */
export function describeVersion(): string {
  return `coffer ${COFFER_VERSION}, node ${process.versions.node}`;
}
