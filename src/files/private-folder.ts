import { rmSync } from 'node:fs';
import { access, constants, mkdtemp, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Problem } from '../errors.ts';
import { undoAtExit } from './undo.ts';

const TMPFS = 0x01021994;

/**
 * Creates a folder for its owner only, in memory if there is such a file system.
 * @param variables the variables of the caller's environment that name one
 */
export async function makePrivateFolder({
  XDG_RUNTIME_DIR,
}: {
  XDG_RUNTIME_DIR?: string | undefined;
}): Promise<string> {
  for (const folder of [XDG_RUNTIME_DIR, '/dev/shm']) {
    if (folder && (await isInMemory(folder))) return mkdtemp(join(folder, 'coffer-'));
  }
  return mkdtemp(join(tmpdir(), 'coffer-'));
}

/**
 * Removes a private folder and what is in it. Nothing fails for it, or the work would be lost: what
 * cannot be removed is tried again when the process ends.
 * @param warn told if plaintext may stay
 */
export function removePrivateFolder(folder: string, warn: (problem: Problem) => void): void {
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    remove();
  } catch {
    undoAtExit(remove);
    warn({ message: `${folder} holds plaintext, and cannot be removed`, hint: 'delete it' });
  }
}

async function isInMemory(folder: string): Promise<boolean> {
  try {
    await access(folder, constants.W_OK);
    return (await statfs(folder)).type === TMPFS;
  } catch {
    return false;
  }
}
