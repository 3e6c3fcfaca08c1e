import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { CofferError } from '../errors.ts';
import { errnoOf } from './errors.ts';
import { fitName, stemOf } from './names.ts';

const IGNORE = '.gitignore';

/**
 * The folder of a manifest's lock and unfinished files, beside it. All processes that can write the
 * manifest see it, also on other machines and in containers; git ignores it, even if a SIGKILL
 * leaves it behind.
 * @param target the manifest's real path
 */
export function workFolderOf(target: string): string {
  return join(dirname(target), fitName(`.${stemOf(target)}`, '.coffer'));
}

/** The files that share the work folder of a manifest. */
export function manifestsOf(target: string): string[] {
  const home = dirname(target);
  return readdirSync(home).flatMap((name) =>
    stemOf(name) === stemOf(target) ? [join(home, name)] : [],
  );
}

export function makeWorkFolder(folder: string): void {
  for (;;) {
    const isNew = make(() => mkdirSync(folder));
    try {
      if (isNew) {
        // Gives it the mode of the manifest's folder.
        chmodSync(folder, statSync(dirname(folder)).mode & 0o777);
      } else if (!lstatSync(folder).isDirectory()) {
        throw new CofferError('usage', `${folder} is not a folder`, {
          hint: 'remove it: coffer needs this name for a folder while it writes the manifest',
        });
      }
      make(() => writeFileSync(join(folder, IGNORE), '*\n', { flag: 'wx' }));
      return;
    } catch (error) {
      // Its last user has just removed it.
      if (errnoOf(error) !== 'ENOENT') throw error;
    }
  }
}

/** Whether it was created, and did not exist before. */
function make(create: () => void): boolean {
  try {
    create();
    return true;
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
    return false;
  }
}

/** Removes the folder if it is empty. */
export function tidyWorkFolder(folder: string): void {
  try {
    if (readdirSync(folder).some((name) => name !== IGNORE)) return;
    rmSync(join(folder, IGNORE), { force: true });
    rmdirSync(folder);
  } catch {
    // Another process uses it, or has already removed it.
  }
}
