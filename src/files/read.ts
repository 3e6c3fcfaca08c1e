import { open } from 'node:fs/promises';
import type { SizeLimit } from '../sizes.ts';
import { explainFileError } from './errors.ts';

const READ_BYTES = 1024 * 1024;

/**
 * Reads a whole file, or what a pipe or device gives up to the limit.
 * @throws CofferError that names it as `file`
 */
export async function readBytes(file: string, limit: SizeLimit, path = file): Promise<Buffer> {
  try {
    const handle = await open(path);
    try {
      limit.refuseLarger(file, (await handle.stat()).size);
      const chunks = handle.createReadStream({ autoClose: false, highWaterMark: READ_BYTES });
      return await limit.gather(file, chunks);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw explainFileError(error, 'read', file);
  }
}
