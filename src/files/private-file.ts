import { access, lstat, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { replaceFile } from './replace.ts';
import { stopIfAborted } from '../host.ts';

/**
 * Writes a file that only its owner can read. It appears under its name when it is complete; until
 * then, and when `chunks` throws or `signal` is aborted, nothing does.
 */
export async function writePrivateFile(
  file: string,
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
  signal?: AbortSignal,
): Promise<void> {
  const untilAborted = async function* () {
    for await (const chunk of chunks) {
      stopIfAborted(signal);
      yield chunk;
    }
  };
  await replaceFile(file, untilAborted(), { isPrivate: true });
}

/**
 * Whether something is in the place of a new file; even a link that leads nowhere is. Asked before
 * any work, it finds a missing folder before the work is lost.
 */
export async function isThere(file: string): Promise<boolean> {
  await access(dirname(file));
  return lstat(file).then(
    () => true,
    () => false,
  );
}

/**
 * Whether `file` cannot be replaced: a device, or a pipe such as `>(command)` makes. `/dev/stdout`
 * counts too, even if the shell sends it to a file.
 */
export async function isPipeOrDevice(file: string): Promise<boolean> {
  if (/^\/(?:dev|proc)\//.test(resolve(file))) return true;
  const found = await stat(file).catch(() => undefined);
  return found !== undefined && !found.isFile() && !found.isDirectory();
}
