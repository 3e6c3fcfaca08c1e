import type { Stats } from 'node:fs';
import { stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CofferError } from '../errors.ts';
import { explainFileError, undefinedIfMissing } from './errors.ts';
import { resolveTarget } from './names.ts';
import { removeLeftovers, StagedFile } from './staged-file.ts';

/** A file's new content, at once or in chunks. */
export type Content = string | Uint8Array | AsyncIterable<Buffer> | Iterable<Buffer>;

export interface Replacing {
  /** Only the owner may read it, whatever the old file's mode. */
  isPrivate?: boolean | undefined;
  /** Refuses to replace an existing file. */
  isNew?: boolean | undefined;
  /** For the unfinished file, and the old content if the file has to be written in place. */
  workFolder?: string | undefined;
  /** Runs right before the rename, and may throw. */
  beforehand?: (() => Promise<void>) | undefined;
  /** Runs right after the rename; no signal can come in between. */
  afterwards?: (() => void) | undefined;
}

/**
 * Replaces the content of a file, all or nothing: readers get the old content or the new. A
 * symbolic link stays; its target is replaced. Keeps the mode and, where allowed, the owner.
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
      const what = old.isDirectory() ? 'a folder' : 'not a regular file';
      throw new CofferError('usage', `cannot write ${file}: it is ${what}`, {
        hint: 'name a file',
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
  const { isPrivate = false, isNew = false, workFolder } = options;
  const folder = workFolder ?? dirname(target);
  if (workFolder === undefined) removeLeftovers(folder);
  // Nobody else needs to read it before it is complete.
  const staged = await StagedFile.create(folder, old || isPrivate ? 0o600 : 0o666);
  try {
    for await (const chunk of chunksOf(content)) await staged.write(chunk);
    if (old && !isPrivate) await takeOver(staged.handle, old);
    await staged.finish();
    await options.beforehand?.();
    if (isNew) staged.link(target);
    else staged.replace(target, { workFolder, isPrivate });
    options.afterwards?.();
  } finally {
    staged.discard();
  }
}

function chunksOf(content: Content): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  if (typeof content === 'string') return [Buffer.from(content)];
  return content instanceof Uint8Array ? [content] : content;
}

async function takeOver(handle: FileHandle, old: Stats): Promise<void> {
  const { uid, gid } = await handle.stat();
  if (uid !== old.uid || gid !== old.gid) {
    // Only root may change owners; the mode matters.
    await handle.chown(old.uid, old.gid).catch(() => {});
  }
  await handle.chmod(old.mode & 0o7777);
}
