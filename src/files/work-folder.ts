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
import { basename, dirname, join } from 'node:path';
import { CofferError } from '../errors.ts';
import { errnoOf } from './errors.ts';
import { fitName, stemOf } from './names.ts';
import type { Safeguard } from './overwrite.ts';

const IGNORE = '.gitignore';

/**
 * Where the lock of a manifest is, and what is in the making beside it. It is seen by all who can
 * write the manifest, on other machines and in containers, too; git passes over it, even when a
 * SIGKILL leaves it behind.
 * @param target the manifest, no link
 */
export function workFolderOf(target: string): string {
  return join(dirname(target), fitName(`.${stemOf(target)}`, '.coffer'));
}

/** Where the contents of a manifest are while it is written in place. */
export function safeguardOf(target: string): Safeguard {
  const folder = workFolderOf(target);
  const ending = basename(target).slice(stemOf(target).length);
  return { old: join(folder, `old${ending}`), next: join(folder, `next${ending}`) };
}

/** The endings of the manifests that were being written in place. */
export function unfinishedEndings(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const found = /^(?:old|next)(\.\w+)?$/.exec(name);
    return found ? [found[1] ?? ''] : [];
  });
}

export function makeWorkFolder(folder: string): void {
  for (;;) {
    const isNew = make(() => mkdirSync(folder));
    try {
      if (isNew) {
        // Whoever may write beside the manifest may do so here.
        chmodSync(folder, statSync(dirname(folder)).mode & 0o777);
      } else if (!lstatSync(folder).isDirectory()) {
        throw new CofferError('usage', `${folder} is no folder`, {
          hint: 'coffer works in it while it writes the manifest: remove what is there',
        });
      }
      make(() => writeFileSync(join(folder, IGNORE), '*\n', { flag: 'wx' }));
      return;
    } catch (error) {
      // The last one who worked in it has just removed it.
      if (errnoOf(error) !== 'ENOENT') throw error;
    }
  }
}

/** Whether that was not there yet. */
function make(create: () => void): boolean {
  try {
    create();
    return true;
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
    return false;
  }
}

/** Removes the folder unless something is in it. */
export function tidyWorkFolder(folder: string): void {
  try {
    if (readdirSync(folder).some((name) => name !== IGNORE)) return;
    rmSync(join(folder, IGNORE), { force: true });
    rmdirSync(folder);
  } catch {
    // Somebody else has taken it, or has removed it already.
  }
}
