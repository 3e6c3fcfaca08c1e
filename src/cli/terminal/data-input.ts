import { fstatSync, read } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { CofferError } from '../../errors.ts';
import { explainFileError } from '../../files/errors.ts';
import { openPipe } from '../../files/pipe.ts';
import { readAhead } from '../../files/read-ahead.ts';
import type { Input } from './streams.ts';

const readFd = promisify(read);

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
  // Files of /proc say that they are empty.
  const size = stats.isFile() && stats.size > 0 ? stats.size : undefined;
  return { data: opened(file, stats.isFile()), size };
}

/** Opened only when somebody reads it. */
async function* opened(file: string, isFile: boolean): AsyncGenerator<Buffer> {
  try {
    if (isFile) yield* contentOf(file);
    else yield* openPipe(file) as AsyncIterable<Buffer>;
  } catch (error) {
    throw explainFileError(error, 'read', file);
  }
}

async function* contentOf(file: string): AsyncGenerator<Buffer> {
  const handle = await open(file);
  try {
    yield* piecesOf(handle.fd);
  } finally {
    await handle.close();
  }
}

/** Of a file that the shell opened, Node's own stream reads only 64 KiB at once. */
function inLargePieces(stdin: Input): AsyncIterable<Buffer> {
  const { fd } = stdin;
  return fd === undefined || !fstatSync(fd).isFile() ? stdin : piecesOf(fd);
}

/** What a file has from its present position on. */
function piecesOf(fd: number): AsyncGenerator<Buffer> {
  return readAhead(async (into) => {
    const { bytesRead } = await readFd(fd, into, 0, into.length, null);
    return into.subarray(0, bytesRead);
  });
}
