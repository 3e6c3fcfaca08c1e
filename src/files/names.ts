import { createHash } from 'node:crypto';
import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { undefinedIfMissing } from './errors.ts';

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

/** The real paths of files, each with the names that lead there; `-` leads to itself. */
export async function groupByTarget(
  files: readonly string[],
  folder = '.',
): Promise<Map<string, string[]>> {
  const groups = new Map<string, string[]>();
  for (const file of files) {
    const path = resolve(folder, file);
    const target = file === '-' ? file : await realpath(path).catch(() => path);
    groups.set(target, [...(groups.get(target) ?? []), file]);
  }
  return groups;
}

/** Each file once, by the first of its names. */
export async function eachOnce(files: readonly string[], folder?: string): Promise<string[]> {
  return [...(await groupByTarget(files, folder)).values()].flatMap(([first]) => first ?? []);
}

/** A manifest's name without its extension. Manifests with one stem share blobs and a lock. */
export function stemOf(file: string): string {
  return basename(file).replace(/\.(ya?ml|json)$/i, '');
}
