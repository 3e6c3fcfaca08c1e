import { existsSync, lstatSync, mkdirSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';

/** Creates a folder if it is missing; returns whether it belongs to this user only. */
export function makeOwnFolder(folder: string): boolean {
  try {
    const found = lstatSync(folder, { throwIfNoEntry: false }) ?? made(folder);
    const isOwn = found.uid === (process.getuid?.() ?? found.uid);
    return found.isDirectory() && isOwn && (found.mode & 0o077) === 0;
  } catch {
    return false;
  }
}

function made(folder: string): Stats {
  makeFolders(folder);
  return lstatSync(folder);
}

/**
 * Creates a folder and those above it, for this user only. One after the other: where nothing can be
 * created, as below /proc, the recursive way of Node 20 tries for ever.
 * @throws the system's error
 */
export function makeFolders(folder: string): void {
  if (existsSync(folder)) return;
  makeFolders(dirname(folder));
  mkdirSync(folder, { mode: 0o700 });
}
