import { readFile } from 'node:fs/promises';
import { explainFileError } from './errors.ts';

/**
 * Reads a whole file.
 * @throws CofferError that names it as `file`
 */
export async function readBytes(file: string, path = file): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw explainFileError(error, 'read', file);
  }
}
