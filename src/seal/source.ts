import { createReadStream, realpathSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { CofferError } from '../errors.ts';
import type { Manifest, Parameter } from '../manifest/model.ts';

/** The file of a `file:` key, found and readable. */
export interface SourceFile {
  size: number;
  read: () => Promise<Buffer>;
  stream: () => AsyncIterable<Buffer>;
}

/** Resolves a path in the manifest, relative to the folder of the real file. */
export function besideManifest({ file }: Pick<Manifest, 'file'>, path: string): string {
  return resolve(dirname(realFile(file)), path);
}

/** A missing file is not a link. */
function realFile(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

/**
 * @returns `undefined` if the file does not exist
 * @throws CofferError `source` if it is a folder, empty, or unreadable
 */
export async function findSource(
  manifest: Manifest,
  parameter: Parameter,
  file: string,
): Promise<SourceFile | undefined> {
  const path = besideManifest(manifest, file);
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
      throw refuse(`cannot be read (${codeOf(error)})`, 'check its permissions', error);
    }
  };
  try {
    const { size, ...stats } = await stat(path).then((s) => ({
      size: s.size,
      isFile: s.isFile(),
      isDirectory: s.isDirectory(),
    }));
    if (stats.isDirectory) throw refuse('is a folder', 'name one file; pack a folder with tar');
    if (!stats.isFile)
      throw refuse('is not a regular file', 'copy its content into a regular file');
    if (size === 0) throw refuse('is empty', 'SSM cannot hold an empty value');
    return {
      size,
      read: () => guard(readFile(path)),
      async *stream() {
        const chunks: AsyncIterator<Buffer> = createReadStream(path, {
          highWaterMark: 1024 * 1024,
        })[Symbol.asyncIterator]();
        for (;;) {
          const { done, value } = await guard(chunks.next());
          if (done) return;
          yield value;
        }
      },
    };
  } catch (error) {
    if (error instanceof CofferError) throw error;
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw refuse(`cannot be read (${codeOf(error)})`, 'check its permissions', error);
  }
}

export function missingSource(parameter: Parameter, file: string): CofferError {
  return new CofferError('source', `${parameter.name}: file ${file} does not exist`, {
    place: parameter.place,
    hint: 'the path is relative to the manifest',
  });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
