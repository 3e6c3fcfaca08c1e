import { hkdfSync, timingSafeEqual } from 'node:crypto';
import { CofferError } from '../errors.ts';
import { decodeBase64 } from './base64.ts';
import { DATA_KEY_BYTES } from './kms-port.ts';

export const COMMIT_BYTES = 32;
const INFO = 'coffer/v1 commit';

/** What ties an entry of the manifest to one data key, base64: no other key has the same. */
export function commitOf(dataKey: Buffer): string {
  return Buffer.from(hkdfSync('sha256', dataKey, '', INFO, COMMIT_BYTES)).toString('base64');
}

/**
 * @param subject what a message calls the data key
 * @throws CofferError `tampered` when the manifest promises another data key
 */
export function requireCommit(dataKey: Buffer, commit: string, subject: string): void {
  if (dataKey.length !== DATA_KEY_BYTES) {
    throw new CofferError('tampered', `${subject} has ${dataKey.length} bytes`, {
      hint: `restore its entry from git: a data key has ${DATA_KEY_BYTES} bytes`,
    });
  }
  const wanted = decodeBase64(commit) ?? Buffer.alloc(0);
  const found = Buffer.from(commitOf(dataKey), 'base64');
  if (wanted.length === COMMIT_BYTES && timingSafeEqual(wanted, found)) return;
  throw new CofferError('tampered', `${subject} is not the one that its "commit" names`, {
    hint: 'the file was altered: restore it from git',
  });
}
