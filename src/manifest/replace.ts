import { randomBytes } from 'node:crypto';
import { type FileHandle, lstat, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CofferError } from '../errors.ts';

/**
 * Puts `content` in place of a file, all or nothing: whoever reads it meanwhile gets the old
 * content or the new. A symbolic link stays one; its target is replaced. Mode and, where
 * allowed, owner are kept.
 */
export async function replaceFile(file: string, content: string | Uint8Array): Promise<void> {
  try {
    await replace(await resolveTarget(file), content);
  } catch (error) {
    throw explainFileError(error, 'write', file);
  }
}

async function replace(target: string, content: string | Uint8Array): Promise<void> {
  const folder = dirname(target);
  const suffix = randomBytes(6).toString('hex');
  const temporary = join(folder, `.${basename(target)}.${suffix}.tmp`);
  const old = await stat(target).catch(undefinedIfMissing);
  if (old && !old.isFile()) {
    throw new CofferError('usage', `cannot write ${target}: it is no regular file`, {
      hint: 'give the name of a file',
    });
  }
  // Until it is complete nobody else needs to read it.
  const handle = await open(temporary, 'wx', old ? 0o600 : 0o666);
  try {
    try {
      await handle.writeFile(content);
      if (old) await takeOver(handle, old);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

async function takeOver(
  handle: FileHandle,
  old: { uid: number; gid: number; mode: number },
): Promise<void> {
  const { uid, gid } = await handle.stat();
  if (uid !== old.uid || gid !== old.gid) {
    // Only root may give files away; the mode is what counts.
    await handle.chown(old.uid, old.gid).catch(() => {});
  }
  await handle.chmod(old.mode & 0o7777);
}

/** The file itself when `file` is a link. */
async function resolveTarget(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch (error) {
    undefinedIfMissing(error);
    if (await lstat(file).catch(undefinedIfMissing)) throw error;
    return file;
  }
}

/** Makes the renaming last; where folders cannot be opened, the system sees to it. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  try {
    await handle?.sync();
  } catch {
    // Some file systems cannot do it.
  } finally {
    await handle?.close();
  }
}

export function undefinedIfMissing(error: unknown): undefined {
  if (errnoOf(error) !== 'ENOENT') throw error;
  return undefined;
}

function errnoOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

const MAKE_ROOM = 'make room and run the command again';

const REASONS: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
  ENOENT: ['there is no such file', 'check the name; is it relative to another folder?'],
  ENOTDIR: ['there is no such file', 'a part of the path is no folder'],
  EISDIR: ['it is a folder', 'give the name of a file'],
  EACCES: ['no permission', 'check the rights of the file and its folder'],
  EPERM: ['no permission', 'check the rights of the file and its folder'],
  EROFS: ['the file system is read-only', 'work on a copy elsewhere'],
  ENOSPC: ['the disk is full', MAKE_ROOM],
  EDQUOT: ['the disk quota is used up', MAKE_ROOM],
  ELOOP: ['its links lead in a circle', 'mend the symbolic link'],
};

/** An expected failure of the file system as a CofferError; anything else as it is. */
export function explainFileError(error: unknown, verb: 'read' | 'write', file: string): unknown {
  const known = REASONS[errnoOf(error) ?? ''];
  if (!known) return error;
  const [reason, hint] = known;
  const code = hint === MAKE_ROOM ? 'disk' : 'usage';
  return new CofferError(code, `cannot ${verb} ${file}: ${reason}`, { hint, cause: error });
}
