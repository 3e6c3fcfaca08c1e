import { constants, type BigIntStats } from 'node:fs';
import { lstat, open, type FileHandle } from 'node:fs/promises';

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
