// What nearly every command asks of the file system, without node:fs/promises: loading that takes
// milliseconds.
import {
  access as mayAccess,
  close,
  fstat,
  open,
  read,
  realpath as resolved,
  stat as ask,
} from 'node:fs';
import { promisify } from 'node:util';

export const access = promisify(mayAccess);
export const stat = promisify(ask);
export const realpath = promisify(resolved.native);

const openFile = promisify(open);
const readFrom = promisify(read);
const statFile = promisify(fstat);
const closeFile = promisify(close);

/** An open file. */
export interface Reading {
  size: number;
  /** Reads on from where the last call ended; returns the number of bytes, 0 at the end. */
  read: (into: Buffer) => Promise<number>;
}

/** Opens a file to read it, and closes it when that is done. */
export async function reading<T>(path: string, use: (file: Reading) => Promise<T>): Promise<T> {
  const descriptor = await openFile(path, 'r');
  try {
    const { size } = await statFile(descriptor);
    return await use({
      size,
      read: async (into) => (await readFrom(descriptor, into, 0, into.length, null)).bytesRead,
    });
  } finally {
    await closeFile(descriptor);
  }
}
