import { lstatSync, mkdirSync } from 'node:fs';

/** Creates a folder if it is missing; returns whether it belongs to this user only. */
export function makeOwnFolder(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const found = lstatSync(folder);
    const isOwn = found.uid === (process.getuid?.() ?? found.uid);
    return found.isDirectory() && isOwn && (found.mode & 0o077) === 0;
  } catch {
    return false;
  }
}
