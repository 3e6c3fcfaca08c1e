import { createReadStream, fstatSync } from 'node:fs';
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
    return { data: inLargePieces(stdin), size: undefined };
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

/** Of a file that the shell opened, Node's own stream reads only 64 KiB at once. */
function inLargePieces(stdin: Input): AsyncIterable<Buffer> {
  const { fd } = stdin;
  if (fd === undefined || !fstatSync(fd).isFile()) return stdin;
  return createReadStream('', { fd, autoClose: false, highWaterMark: READ_BYTES });
}
