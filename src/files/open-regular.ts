import { closeSync, constants, fstatSync, openSync, type BigIntStats } from 'node:fs';
import { lstat, open, type FileHandle } from 'node:fs/promises';
import { CofferError } from '../errors.ts';

/** What tells one file or folder from every other on this machine. */
export type Identity = Pick<BigIntStats, 'dev' | 'ino'>;

export function isSameFile(a: Identity, b: Identity): boolean {
  return a.dev === b.dev && a.ino === b.ino;
}

/** A file that is open, and what the system says of it. */
export interface OpenFile {
  handle: FileHandle;
  stats: BigIntStats;
}

/**
 * Opens a file at its real path. Never waits for a pipe, and touches no device.
 * @returns `undefined` if it is no regular file, or if another took its place meanwhile
 * @throws the system's error
 */
export async function openRegular(path: string): Promise<OpenFile | undefined> {
  const before = await lstat(path, { bigint: true });
  if (!before.isFile()) return undefined;
  const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW } = constants;
  const handle = await open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
  let kept = false;
  try {
    const stats = await handle.stat({ bigint: true });
    kept = stats.isFile() && isSameFile(before, stats);
    return kept ? { handle, stats } : undefined;
  } finally {
    if (!kept) await handle.close();
  }
}

/**
 * Opens a regular file for synchronous work, never through a link in its place.
 * @param flags as of `open`
 * @param work gets its descriptor, and what the system says of it
 * @throws the system's error, or CofferError `usage` if it is no regular file
 */
export function withRegular<Result>(
  path: string,
  flags: number,
  work: (descriptor: number, stats: BigIntStats) => Result,
): Result {
  const descriptor = openSync(path, flags | constants.O_NONBLOCK | constants.O_NOFOLLOW, 0o600);
  try {
    const stats = fstatSync(descriptor, { bigint: true });
    if (stats.isFile()) return work(descriptor, stats);
    throw new CofferError('usage', `${path} is not a regular file`, { hint: 'name a file' });
  } finally {
    closeSync(descriptor);
  }
}
