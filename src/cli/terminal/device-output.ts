import { createWriteStream, fstatSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { descriptorOf } from '../../files/private-file.ts';
import { explainOutputError, writeOutput } from './output.ts';
import type { Streams } from './streams.ts';

/**
 * Writes data to what cannot be replaced: a device, a pipe, or a descriptor of this process. A file
 * behind a descriptor goes on where its last writer stopped, as if nobody had named it.
 * @throws ReaderLeft
 */
export async function writeToDevice(
  { stdout, stderr }: Streams,
  file: string,
  chunks: AsyncIterable<Buffer> | Iterable<string>,
): Promise<void> {
  const fd = await descriptorOf(file);
  const stream = fd === 1 ? stdout : fd === 2 ? stderr : undefined;
  if (stream) {
    for await (const chunk of chunks) await writeOutput(stream, chunk);
    return;
  }
  const isFile = fd !== undefined && fstatSync(fd).isFile();
  await (
    isFile
      ? pipeline(chunks, createWriteStream(file, { fd, autoClose: false }))
      : writeFile(file, chunks, { flag: 'a' })
  ).catch((error: unknown) => {
    throw explainOutputError(error, file);
  });
}
