import { isUtf8 } from 'node:buffer';
import { CofferError } from '../errors.ts';
import { errnoOf, explainFileError } from '../files/errors.ts';
import { resolveTarget } from '../files/names.ts';
import { readBytes } from '../files/read.ts';
import { replaceFile, type Replacing } from '../files/replace.ts';
import { MANIFEST_LIMIT } from '../sizes.ts';
import { makeWorkFolder, tidyWorkFolder, workFolderOf } from '../files/work-folder.ts';
import { decodeText } from './encoding.ts';
import type { Manifest } from './model.ts';
import { parseManifest } from './parse.ts';

/**
 * Reads and parses a manifest file, which must be UTF-8.
 * @param known the same file, read before
 */
export async function readManifest(file: string, known?: Manifest): Promise<Manifest> {
  return parseManifest(decodeManifest(await readBytes(file, MANIFEST_LIMIT), file), file, known);
}

/**
 * Replaces the manifest's text with `newText`, and says whether that changed anything. Refuses if
 * the file changed since it was read. A manifest without text must not exist yet.
 */
export async function writeManifest(
  manifest: Pick<Manifest, 'file' | 'text'>,
  newText: string,
  { isPrivate, afterwards }: Pick<Replacing, 'isPrivate' | 'afterwards'> = {},
): Promise<boolean> {
  const { file, text } = manifest;
  const isNew = text === '';
  // Editors and git ignore locks, so this check comes as late as possible.
  const refuseChanged = async () => {
    const bytes = await readBytes(file, MANIFEST_LIMIT).catch((error: unknown) => {
      if (isNew && isMissing(error)) return undefined;
      throw error;
    });
    if (bytes && !bytes.equals(Buffer.from(text))) throw changedMeanwhile(file);
  };
  if (newText === text) {
    await refuseChanged();
    afterwards?.();
    return false;
  }
  const target = await findTarget(file);
  const workFolder = workFolderOf(target);
  try {
    makeWorkFolder(workFolder);
    await replaceFile(file, newText, {
      isNew,
      isPrivate,
      workFolder,
      beforehand: refuseChanged,
      afterwards,
    });
  } catch (error) {
    throw isNew && isTaken(error) ? changedMeanwhile(file) : explainFileError(error, 'write', file);
  } finally {
    tidyWorkFolder(workFolder);
  }
  return true;
}

async function findTarget(file: string): Promise<string> {
  try {
    return await resolveTarget(file);
  } catch (error) {
    throw explainFileError(error, 'write', file);
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof CofferError && errnoOf(error.cause) === 'EEXIST';
}

function isMissing(error: unknown): boolean {
  return error instanceof CofferError && errnoOf(error.cause) === 'ENOENT';
}

function changedMeanwhile(file: string): CofferError {
  return new CofferError('conflict', `someone else changed ${file} in the meantime`, {
    hint: 'run the command again; nothing was written',
  });
}

/** The text of a manifest, which must be UTF-8. */
export function decodeManifest(bytes: Buffer, file: string): string {
  const { text, encoding } = decodeText(bytes);
  if (encoding === 'UTF-8') return text;
  const isWide = encoding !== 'Latin-1';
  if (!isWide && bytes.includes(0)) {
    throw new CofferError('manifest', 'this is not a manifest: it is not text', {
      hint: 'is it the right file? A binary value has its own file (file: …)',
      place: { file, ...findInvalid(bytes) },
    });
  }
  throw new CofferError(
    'manifest',
    `the file is ${isWide ? `${encoding}, not` : 'not'} UTF-8 text`,
    {
      hint: 'save it as UTF-8; put a binary value in its own file (file: …)',
      place: { file, ...(isWide ? { line: 1, column: 1 } : findInvalid(bytes)) },
    },
  );
}

function findInvalid(bytes: Buffer): { line: number; column: number } {
  let start = 0;
  for (let line = 1; ; line += 1) {
    const newline = bytes.indexOf('\n', start);
    const end = newline === -1 ? bytes.length : newline;
    const content = bytes.subarray(start, end);
    if (!isUtf8(content) || newline === -1) {
      return { line, column: Math.max(content.toString('utf8').indexOf('\uFFFD'), 0) + 1 };
    }
    start = newline + 1;
  }
}
