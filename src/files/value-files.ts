import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CofferError } from '../errors.ts';
import { lookBelow } from './below.ts';
import { writePrivateFile } from './private-file.ts';

const LEAVE = 'choose what is written with --only';

/** A value, and its path below a folder. */
export interface ValueFile {
  path: string;
  /** Its name in messages. */
  name: string;
  bytes: Buffer;
}

/** Writes values to files that only their owner can read; checks all paths first. */
export async function writeValueFiles(values: readonly ValueFile[], folder: string): Promise<void> {
  const files = placeFiles(values, folder);
  for (const { path } of values) {
    const found = await lookBelow(folder, path);
    if (typeof found === 'object') throw new CofferError('usage', found.message, found);
  }
  for (const [file, { bytes }] of files) {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writePrivateFile(file, [bytes]);
  }
}

function placeFiles(values: readonly ValueFile[], folder: string): Map<string, ValueFile> {
  const files = new Map<string, ValueFile>();
  for (const value of values) {
    const { path } = value;
    // SSM allows `..` in names, which must not lead out of the folder.
    if (path.split('/').some((part) => part === '.' || part === '..')) {
      throw new CofferError('usage', `${path} cannot be a file in ${folder}`, { hint: LEAVE });
    }
    const file = join(folder, path);
    if (files.has(file)) {
      throw new CofferError('usage', `two values would go to ${file}`, { hint: LEAVE });
    }
    files.set(file, value);
  }
  for (const [file, { name }] of files) {
    for (let above = dirname(file); above !== dirname(above); above = dirname(above)) {
      const other = files.get(above);
      if (!other) continue;
      const message = `${other.name} cannot be both a file and the folder of ${name}`;
      throw new CofferError('usage', message, { hint: LEAVE });
    }
  }
  return files;
}
