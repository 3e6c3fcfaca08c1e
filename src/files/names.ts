import { createHash } from 'node:crypto';
import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { undefinedIfMissing } from './errors.ts';

/** Linux follows at most this many links on a way. */
export const MOST_LINKS = 40;

/** File systems' limit for one name, in bytes. */
const LONGEST_NAME = 255;

/** Joins `start` and `end` to a file name. Replaces the rest of a long start by its digest. */
export function fitName(start: string, end: string): string {
  const whole = start + end;
  if (Buffer.byteLength(whole) <= LONGEST_NAME) return whole;
  const digest = `-${createHash('sha256').update(start).digest('hex').slice(0, 12)}`;
  const room = LONGEST_NAME - Buffer.byteLength(digest + end);
  // A character cut in half becomes U+FFFD.
  const cut = Buffer.from(start)
    .subarray(0, room)
    .toString('utf8')
    .replace(/\uFFFD+$/, '');
  return cut + digest + end;
}

/**
 * Follows symbolic links to the real file. The file may not exist yet, but its folder must.
 * @throws the system's error, also for a link whose target does not exist.
 */
export async function resolveTarget(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch (error) {
    undefinedIfMissing(error);
    if (await lstat(file).catch(undefinedIfMissing)) throw error;
    const path = resolve(file);
    return join(await realpath(dirname(path)), basename(path));
  }
}

/** A manifest's name without its extension. Manifests with one stem share blobs and a lock. */
export function stemOf(file: string): string {
  return basename(file).replace(/\.(ya?ml|json)$/i, '');
}
