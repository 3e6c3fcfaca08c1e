import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { CofferError } from '../../errors.ts';
import type { Input } from './streams.ts';

const READ_BYTES = 1024 * 1024;

/** A file, or standard input, whose size is unknown. */
export async function openInput(
  stdin: Input,
  file: string | undefined,
): Promise<{ data: AsyncIterable<Buffer>; size: number | undefined }> {
  if (file === undefined || file === '-') {
    if (stdin.isTTY) {
      throw new CofferError('usage', 'no data: standard input is a terminal', {
        hint: 'pipe the data in, or name a file with --file',
      });
    }
    return { data: stdin, size: undefined };
  }
  const stats = await stat(file);
  if (stats.isDirectory()) {
    throw new CofferError('usage', `${file} is a folder`, {
      hint: 'pack it: tar c … | coffer put',
    });
  }
  const size = stats.isFile() ? stats.size : undefined;
  // Opened only when somebody reads it.
  const data = async function* () {
    yield* createReadStream(file, { highWaterMark: READ_BYTES }) as AsyncIterable<Buffer>;
  };
  return { data: data(), size };
}
