import type { Stats } from 'node:fs';
import { stat, writeFile, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CofferError } from '../errors.ts';
import { explainFileError, undefinedIfMissing } from './errors.ts';
import { resolveTarget } from './names.ts';
import type { Safeguard } from './overwrite.ts';
import { removeLeftovers, StagedFile } from './staged-file.ts';

/** What a file is to hold, at once or piece by piece. */
export type Content = string | Uint8Array | AsyncIterable<Buffer> | Iterable<Buffer>;

export interface Replacing {
  /** Only the owner may read it, whatever the mode of the file in its place was. */
  isPrivate?: boolean | undefined;
  /** Refuses to take the place of another file. */
  isNew?: boolean | undefined;
  /** Where the file is made: a folder of its own, else the one that it is for. */
  folder?: string | undefined;
  /** Comes right before, and may still throw. */
  beforehand?: (() => Promise<void>) | undefined;
  /** Comes right after, with no moment in between in which a signal could come. */
  afterwards?: (() => void) | undefined;
  safeguard?: Safeguard | undefined;
}

/**
 * Puts `content` in place of a file, all or nothing: whoever reads it meanwhile gets the old
 * content or the new. A symbolic link stays one; its target is replaced. Mode and, where
 * allowed, owner are kept.
 */
export async function replaceFile(
  file: string,
  content: Content,
  options: Replacing = {},
): Promise<void> {
  try {
    const target = await resolveTarget(file);
    const old = await stat(target).catch(undefinedIfMissing);
    if (old && !old.isFile()) {
      const what = old.isDirectory() ? 'a folder' : 'no regular file';
      throw new CofferError('usage', `cannot write ${file}: it is ${what}`, {
        hint: 'give the name of a file',
      });
    }
    await replace({ target, old }, content, options);
  } catch (error) {
    throw explainFileError(error, 'write', file);
  }
}

async function replace(
  { target, old }: { target: string; old: Stats | undefined },
  content: Content,
  options: Replacing,
): Promise<void> {
  const { isPrivate = false, isNew = false, folder = dirname(target) } = options;
  if (options.folder === undefined) removeLeftovers(folder);
  // Until it is complete nobody else needs to read it.
  const staged = await StagedFile.create(folder, old || isPrivate ? 0o600 : 0o666);
  try {
    await writeFile(staged.handle, content);
    if (old && !isPrivate) await takeOver(staged.handle, old);
    await staged.finish();
    await options.beforehand?.();
    if (isNew) staged.link(target);
    else staged.replace(target, options.safeguard);
    options.afterwards?.();
  } finally {
    staged.discard();
  }
}

async function takeOver(handle: FileHandle, old: Stats): Promise<void> {
  const { uid, gid } = await handle.stat();
  if (uid !== old.uid || gid !== old.gid) {
    // Only root may give files away; the mode is what counts.
    await handle.chown(old.uid, old.gid).catch(() => {});
  }
  await handle.chmod(old.mode & 0o7777);
}
