import { existsSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { makeFolders, makeOwnFolder } from './own-folder.ts';

const OTHERS_MAY_WRITE = 0o022;
const STICKY = 0o1000;

/**
 * The real path of a folder for compiled code, which whoever can write there can change: it is this
 * user's own, and nobody else can put another in its place. `undefined` if there is none.
 */
export function cacheFolder(
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const { XDG_CACHE_HOME, HOME } = environment;
  // A home that does not exist, as of a service's user, is not created.
  const parent = XDG_CACHE_HOME || (HOME && existsSync(HOME) && join(HOME, '.cache'));
  if (!parent || !isAbsolute(parent)) return undefined;
  // What is judged is what is used: a link on the way may lead elsewhere in a moment.
  const real = realFolder(parent);
  if (real === undefined) return undefined;
  const folder = join(real, 'coffer');
  const compiled = join(folder, 'compiled');
  return [folder, compiled].every(makeOwnFolder) && isOutOfReach(folder) ? compiled : undefined;
}

/** The real path of a folder, which is created if it is missing. */
function realFolder(folder: string): string | undefined {
  try {
    if (!existsSync(folder)) makeFolders(folder);
    return realpathSync.native(folder);
  } catch {
    return undefined;
  }
}

/**
 * Every folder above belongs to this user or to root; others cannot rename what is in it.
 * @param folder a real path
 */
function isOutOfReach(folder: string): boolean {
  const me = process.getuid?.();
  for (let at = folder; at !== dirname(at); at = dirname(at)) {
    const { uid, mode } = statSync(dirname(at));
    const isOpen = (mode & OTHERS_MAY_WRITE) !== 0 && (mode & STICKY) === 0;
    if (isOpen || (me !== undefined && uid !== me && uid !== 0)) return false;
  }
  return true;
}
