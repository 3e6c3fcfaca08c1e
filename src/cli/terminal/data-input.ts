import { fstatSync, read } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { CofferError } from '../../errors.ts';
import { infoOf } from '../../files/descriptor.ts';
import { explainFileError } from '../../files/errors.ts';
import { openPipe } from '../../files/pipe.ts';
import { readAhead } from '../../files/read-ahead.ts';
import type { Input } from './streams.ts';

const readFd = promisify(read);

/** Data, or a function that opens it as often as it is called. */
type Data = AsyncIterable<Buffer> | (() => AsyncIterable<Buffer>);

/** A file, or standard input, whose size is unknown. */
export async function openInput(
  stdin: Input,
  file: string | undefined,
): Promise<{ data: Data; size: number | undefined }> {
  if (file === undefined || file === '-') {
    if (stdin.isTTY) {
      throw new CofferError('usage', 'no data: standard input is a terminal', {
        hint: 'pipe the data in, or name a file with --file',
      });
    }
    return { data: fromStdin(stdin), size: undefined };
  }
  const stats = await stat(file).catch((error: unknown) => {
    throw explainFileError(error, 'read', file);
  });
  if (stats.isDirectory()) {
    throw new CofferError('usage', `${file} is a folder`, {
      hint: 'pack it: tar c … | coffer put',
    });
  }
  // Files of /proc say that they are empty.
  if (!stats.isFile() || stats.size === 0) return { data: opened(file, false), size: undefined };
  return { data: () => opened(file, true), size: stats.size };
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
function fromStdin(stdin: Input): Data {
  const { fd } = stdin;
  if (fd === undefined || !fstatSync(fd).isFile()) return stdin;
  const start = infoOf(fd)?.position;
  if (start === undefined) return piecesOf(fd);
  let isFirst = true;
  return () => {
    // The first time, the shell's other commands go on behind what was read.
    const pieces = piecesOf(fd, isFirst ? undefined : start);
    isFirst = false;
    return pieces;
  };
}

/** What a file has from an offset on, or from its present position. */
function piecesOf(fd: number, start?: number): AsyncGenerator<Buffer> {
  let offset = start ?? null;
  return readAhead(async (into) => {
    const { bytesRead } = await readFd(fd, into, 0, into.length, offset);
    if (offset !== null) offset += bytesRead;
    return into.subarray(0, bytesRead);
  });
}
