import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { Lock } from './lock.ts';
import { makeOwnFolder } from './own-folder.ts';

const PATIENCE_MS = 60_000;

/** A folder that all processes of one user on one machine share; `undefined` if there is none. */
export function userFolder(
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const { XDG_RUNTIME_DIR, XDG_CACHE_HOME, HOME } = environment;
  const isHome = HOME !== undefined && existsSync(HOME);
  const parents = [XDG_RUNTIME_DIR, XDG_CACHE_HOME, isHome ? join(HOME, '.cache') : undefined];
  return parents
    .flatMap((parent) => (parent && isAbsolute(parent) ? [join(parent, 'coffer')] : []))
    .find(makeOwnFolder);
}

/**
 * Runs `work` while no other process of this user on this machine does the same. Without a folder,
 * or after too long a wait, runs it anyway: it must be correct without the lock, too.
 */
export async function withUserLock<Result>(
  folder: string | undefined,
  thing: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const lock = folder === undefined ? undefined : await take(folder, thing);
  try {
    return await work();
  } finally {
    lock?.release();
  }
}

async function take(folder: string, thing: string): Promise<Lock | undefined> {
  const name = createHash('sha256').update(thing).digest('hex').slice(0, 16);
  try {
    const lock = await Lock.take(join(folder, `${name}.lock`), {
      timeoutMs: PATIENCE_MS,
      prepare: () => makeOwnFolder(folder),
    });
    return lock instanceof Lock ? lock : undefined;
  } catch {
    return undefined;
  }
}
