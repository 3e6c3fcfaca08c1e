import { createHash } from 'node:crypto';
import type { EncryptionContext } from './kms-port.ts';

/** Where the secrets of a manifest go, as its file says. What is sealed for one opens in no other. */
export interface Destination {
  /** Begins and ends with a slash. */
  path: string;
  /** In lower case; several are sorted and joined by commas. */
  region: string;
  /** As the file spells it. */
  kmskey?: string | undefined;
  /** Twelve digits. */
  account?: string | undefined;
  /** The secret in Secrets Manager that holds all of its values. */
  secret?: string | undefined;
  /** The digest of the list of those who can open it without the file key. */
  recovery?: string | undefined;
}

/** The settings that data keys are bound to, and the name of each in the encryption context. */
export const BOUND_SETTINGS = {
  path: 'Path',
  region: 'Region',
  kmskey: 'KmsKey',
  account: 'Account',
  secret: 'Secret',
  recovery: 'Recovery',
} as const satisfies Record<keyof Destination, string>;

/** The regions of a manifest as data keys are bound to them: their order does not count. */
export function boundRegion(regions: readonly string[]): string {
  return regions
    .map((region) => region.toLowerCase())
    .toSorted()
    .join(',');
}

/** They are named so in messages. */
export const BOUND_NAMES = 'path, region, kmskey, account, secret or recovery';

/** Who made a data key, if that limits what may be sealed under it. */
export type Author = 'write-only';

/** The context of a data key that seals a manifest's inline values. */
export function dataKeyContext(destination: Destination, author?: Author): EncryptionContext {
  return { Client: 'coffer', ...pairsOf(destination), ...(author && { Author: author }) };
}

/**
 * The context of a blob's data key under the file key. A secret that holds all values of a manifest
 * holds texts alone, so that no blob goes there.
 */
export function blobContext(
  destination: Destination,
  { fullName, type }: { fullName: string; type: string },
): EncryptionContext {
  return {
    Client: 'coffer',
    Name: fullName,
    Type: type,
    ...pairsOf({ ...destination, secret: undefined }),
  };
}

/** The first digits of a digest of the context: it proves nothing, but it shows a change. */
export function bindingOf(context: EncryptionContext): string {
  return shortDigest(JSON.stringify(sortedContext(context)));
}

/** The same pairs, their names sorted. */
export function sortedContext(context: EncryptionContext): EncryptionContext {
  return Object.fromEntries(Object.entries(context).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

export function shortDigest(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex').slice(0, 8);
}

/** A pair whose setting is absent is left out. */
function pairsOf(destination: Destination): EncryptionContext {
  const settings = Object.entries(BOUND_SETTINGS) as [keyof Destination, string][];
  return Object.fromEntries(
    settings.flatMap(([setting, name]) => {
      const value = destination[setting];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
