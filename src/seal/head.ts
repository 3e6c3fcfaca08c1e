import type { Kms } from '../crypto/kms-port.ts';
import { CofferError } from '../errors.ts';
import { readHead } from '../git/head.ts';
import { decodeManifest, parseManifest, type Manifest } from '../manifest/index.ts';
import { MANIFEST_LIMIT } from '../sizes.ts';
import { Opener } from './opener.ts';

/**
 * Whether a data key of the committed version of a manifest opens under `fileKey`: the proof that
 * the team has used that key before.
 */
export async function opensHead(file: string, kms: Kms, fileKey: string): Promise<boolean> {
  const head = await readCommitted(file);
  if (!head) return false;
  try {
    return await new Opener({ ...head, encryptedWith: fileKey }, kms).openAnyKey();
  } catch (error) {
    // Whoever may not decrypt cannot prove anything, and another key does not open it.
    if (error instanceof CofferError && PROVES_NOTHING.has(error.code)) return false;
    throw error;
  }
}

const PROVES_NOTHING: ReadonlySet<string> = new Set(['denied', 'key', 'tampered', 'not-found']);

/** A manifest as the last commit has it; undefined if it has none, or none that can be read. */
export async function readCommitted(file: string): Promise<Manifest | undefined> {
  const bytes = await readHead(file, MANIFEST_LIMIT);
  if (!bytes) return undefined;
  try {
    return parseManifest(decodeManifest(bytes, file), file);
  } catch (error) {
    if (error instanceof CofferError) return undefined;
    throw error;
  }
}
