import { randomBytes } from 'node:crypto';
import { access, lstat, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { stopIfAborted } from '../transfer/interrupted.ts';

/**
 * Writes a file that only its owner can read. It appears under its name when it is complete; until
 * then, and when `chunks` throws or `signal` is aborted, nothing does.
 */
export async function writePrivateFile(
  file: string,
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
  signal?: AbortSignal,
): Promise<void> {
  const temporary = join(dirname(file), `.coffer-${randomBytes(6).toString('hex')}.tmp`);
  const handle = await open(temporary, 'wx', 0o600).catch((error: unknown) => rethrow(error, file));
  try {
    for await (const chunk of chunks) {
      stopIfAborted(signal);
      await handle.writeFile(chunk);
    }
    await handle.sync();
    await handle.close();
    await rename(temporary, file);
  } catch (error) {
    await handle.close().catch(() => {});
    await rm(temporary, { force: true });
    return rethrow(error, file);
  }
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

/** What cannot be replaced by a file: `/dev/stdout`, or what `>(command)` makes. */
export async function isPipeOrDevice(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  return found !== undefined && !found.isFile() && !found.isDirectory();
}

/** The file that was asked for is the one to tell of, not the temporary one. */
function rethrow(error: unknown, file: string): never {
  if (error instanceof Error && 'syscall' in error) Object.assign(error, { path: file });
  throw error;
}
