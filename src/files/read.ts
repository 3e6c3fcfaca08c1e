import { constants } from 'node:fs';
import { CofferError } from '../errors.ts';
import type { SizeLimit } from '../sizes.ts';
import { explainFileError } from './errors.ts';
import { leadsToDevices } from './private-file.ts';
import { openToRead, stat, type Reading } from './promised.ts';

const READ_BYTES = 1024 * 1024;
/** Of what does not say its size: pipes give no more at once. */
const PIPE_BYTES = 64 * 1024;

export interface ReadOptions {
  /** Where it is, if that is not its name in messages. */
  path?: string | undefined;
  /** Whether a pipe with a name may be read, which waits for whoever writes to it. */
  mayBePipe?: boolean | undefined;
}

/**
 * Reads a whole file, or what a pipe or device gives up to the limit.
 * @throws CofferError that names it as `file`
 */
export async function readBytes(
  file: string,
  limit: SizeLimit,
  { path = file, mayBePipe = false }: ReadOptions = {},
): Promise<Buffer> {
  try {
    const opened = await openOnce(file, path, mayBePipe);
    try {
      const { size } = await opened.stat();
      limit.refuseLarger(file, size);
      return await limit.gather(file, chunksOf(opened, size));
    } finally {
      await opened.close();
    }
  } catch (error) {
    throw explainFileError(error, 'read', file);
  }
}

/**
 * Waits only for a pipe that may be one: opening any other pipe without a writer would never end.
 * What the shell passes, `/dev/stdin` or the `/dev/fd/63` of `<(command)`, has a writer.
 */
async function openOnce(file: string, path: string, mayBePipe: boolean): Promise<Reading> {
  const found = await stat(path);
  const isStream = !found.isFile() && !found.isDirectory();
  if (isStream && !mayBePipe && !(await leadsToDevices(path))) throw notRegular(file);
  // Opening a pipe twice would end its writer, so what it is has to be known before.
  if (isStream) return openToRead(path);
  const opened = await openToRead(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const stats = await opened.stat();
  if (stats.isFile() || stats.isDirectory()) return opened;
  await opened.close();
  throw notRegular(file);
}

/** Node's streams take milliseconds to start. */
async function* chunksOf({ read }: Reading, size: number): AsyncGenerator<Buffer> {
  const most = Math.min(size || PIPE_BYTES, READ_BYTES);
  for (;;) {
    const chunk = Buffer.allocUnsafe(most);
    const bytes = await read(chunk);
    if (bytes === 0) return;
    yield chunk.subarray(0, bytes);
  }
}

function notRegular(file: string): CofferError {
  return new CofferError('usage', `cannot read ${file}: it is not a regular file`, {
    hint: 'copy its content into a regular file, or pass it with <(command)',
  });
}
