import type { SizeLimit } from '../sizes.ts';
import { explainFileError } from './errors.ts';
import { reading, type Reading } from './promised.ts';

const READ_BYTES = 1024 * 1024;
/** Of what does not say its size: pipes give no more at once. */
const PIPE_BYTES = 64 * 1024;

/**
 * Reads a whole file, or what a pipe or device gives up to the limit.
 * @throws CofferError that names it as `file`
 */
export async function readBytes(file: string, limit: SizeLimit, path = file): Promise<Buffer> {
  try {
    return await reading(path, (opened) => {
      limit.refuseLarger(file, opened.size);
      return limit.gather(file, chunksOf(opened));
    });
  } catch (error) {
    throw explainFileError(error, 'read', file);
  }
}

/** Node's streams take milliseconds to start. */
async function* chunksOf({ size, read }: Reading): AsyncGenerator<Buffer> {
  const most = Math.min(size || PIPE_BYTES, READ_BYTES);
  for (;;) {
    const chunk = Buffer.allocUnsafe(most);
    const bytes = await read(chunk);
    if (bytes === 0) return;
    yield chunk.subarray(0, bytes);
  }
}
