import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { Lock } from './lock.ts';

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
    .find(makePrivate);
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
      prepare: () => makePrivate(folder),
    });
    return lock instanceof Lock ? lock : undefined;
  } catch {
    return undefined;
  }
}

/** Whether it exists and belongs to this user only. */
export function makePrivate(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const found = lstatSync(folder);
    const isOwn = found.uid === (process.getuid?.() ?? found.uid);
    return found.isDirectory() && isOwn && (found.mode & 0o077) === 0;
  } catch {
    return false;
  }
}
