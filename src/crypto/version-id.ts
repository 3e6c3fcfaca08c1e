import { createHash } from 'node:crypto';

/** A parameter as git holds it. */
export interface Held {
  /** As in the manifest. */
  name: string;
  /** SSM's spelling. */
  type: string;
  /** What the manifest holds: ciphertext, the digest of sealed bytes, or a text in the clear. */
  ciphertext: string;
}

/**
 * The VersionId of a secret in Secrets Manager that holds these parameters: 64 hex digits, which
 * follow from git alone. It is a digest of ciphertext, never of plaintext: a VersionId is no secret,
 * and a digest of a weak password would give it away.
 */
export function versionIdOf(secretId: string, held: readonly Held[]): string {
  const rows = held
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, type, ciphertext }) => [name, type, ciphertext]);
  const text = JSON.stringify(['coffer/sm/v1', secretId, rows]);
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** Whether a VersionId has the form of coffer's; AWS and its users make UUIDs. */
export function isOwnVersion(versionId: string): boolean {
  return /^[0-9a-f]{64}$/.test(versionId);
}
