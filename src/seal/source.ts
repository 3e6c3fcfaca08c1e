import { stat } from 'node:fs/promises';
import { CofferError } from '../errors.ts';
import { errnoOf, isMissing } from '../files/errors.ts';
import { isSameFile, openRegular, type OpenFile } from '../files/open-regular.ts';
import { shellFile } from '../files/shell-words.ts';
import { isCommitted } from '../git/head.ts';
import { stubOf } from '../git/stub.ts';
import type { Manifest, Parameter } from '../manifest/model.ts';
import { ADVANCED_BYTES } from './limits.ts';
import { requireLocated, type Located } from './named-file.ts';

const CHUNK_BYTES = 1024 * 1024;

/** The file of a `file:` key, found and readable. */
export interface SourceFile {
  located: Located;
  size: number;
  read: () => Promise<Buffer>;
  stream: () => AsyncIterable<Buffer>;
}

/**
 * @returns `undefined` if the file does not exist
 * @throws CofferError `source` if it is a folder, empty, or unreadable; `manifest` if the manifest
 * must not name it
 */
export async function findSource(
  manifest: Manifest,
  parameter: Parameter,
  file: string,
): Promise<SourceFile | undefined> {
  const refuse = (why: string, hint?: string, cause?: unknown) =>
    new CofferError('source', `${parameter.name}: file ${file} ${why}`, {
      place: parameter.place,
      hint,
      cause,
    });
  const guard = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      if (error instanceof CofferError || isMissing(error)) throw error;
      const code = errnoOf(error) ?? 'unknown';
      throw refuse(`cannot be read (${code})`, 'check its permissions', error);
    }
  };
  const open = async () => {
    const located = await guard(requireLocated(manifest, parameter, file));
    const opened = await guard(openRegular(located.path));
    if (!opened && (await stat(located.path)).isDirectory()) {
      throw refuse('is a folder', 'name one file; pack a folder with tar');
    }
    if (!opened) throw refuse('is not a regular file', 'copy its content into a regular file');
    return { located, ...opened };
  };
  const first = await open().catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  if (!first) return undefined;
  const { located, stats } = first;
  const size = Number(stats.size);
  let small: Buffer | undefined;
  try {
    if (size === 0) throw refuse('is empty', 'SSM cannot hold an empty value');
    const head = await guard(readAt(first, 0, ADVANCED_BYTES));
    const stub = stubOf(head, size);
    if (stub) throw refuse(`is a stub of ${stub.of}, not its content`, `run ${stub.mend}`);
    if (size <= ADVANCED_BYTES) small = head;
    if (small && small.length !== size) throw refuse('changed while it was read', 'try again');
  } finally {
    await first.handle.close();
  }
  const stream = async function* (): AsyncGenerator<Buffer> {
    if (small) {
      yield small;
      return;
    }
    // A large file is not kept in memory; every pass over it has to find the same file.
    const again = await open();
    try {
      if (!isSameFile(again.stats, stats)) throw refuse('was replaced meanwhile', 'try again');
      for (let offset = 0; ;) {
        const chunk = await guard(readAt(again, offset, CHUNK_BYTES));
        if (chunk.length === 0 && offset !== size) {
          throw refuse('changed while it was read', 'try again');
        }
        if (chunk.length === 0) return;
        yield chunk;
        offset += chunk.length;
      }
    } finally {
      await again.handle.close();
    }
  };
  return { located, size, stream, read: async () => small ?? gather(stream()) };
}

async function readAt({ handle }: OpenFile, offset: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, offset);
  return buffer.subarray(0, bytesRead);
}

async function gather(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

/**
 * What is published as it is has to be what HEAD has: nobody has reviewed anything else.
 * @throws CofferError `source`
 */
export async function requireCommitted(
  { name, place }: Parameter,
  file: string,
  { path, isInRepository, isAllowed }: Located,
  bytes: Buffer,
): Promise<void> {
  if (!isInRepository || isAllowed || (await isCommitted(path, bytes))) return;
  throw new CofferError('source', `${name}: ${file} is not what the last commit has`, {
    place,
    hint: `commit it first, or allow it on the command line: --allow-file ${shellFile(path)}`,
  });
}

export function missingSource(parameter: Parameter, file: string): CofferError {
  return new CofferError('source', `${parameter.name}: file ${file} does not exist`, {
    place: parameter.place,
    hint: 'the path is relative to the manifest',
  });
}
