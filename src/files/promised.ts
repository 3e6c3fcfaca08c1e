// What nearly every command asks of the file system, without node:fs/promises: loading that takes
// milliseconds.
import {
  access as mayAccess,
  close,
  constants,
  fstat,
  open,
  read,
  realpath as resolved,
  stat as ask,
  type Stats,
} from 'node:fs';
import { promisify } from 'node:util';

export const access = promisify(mayAccess);
export const stat = promisify(ask);
export const realpath = promisify(resolved.native);

const opened = promisify(open);
const readFrom = promisify(read);
const statOf = promisify(fstat);
const closed = promisify(close);

/** A file that is open to be read. */
export interface Reading {
  stat: () => Promise<Stats>;
  /** Reads on from where the last call ended; returns the number of bytes, 0 at the end. */
  read: (into: Buffer) => Promise<number>;
  close: () => Promise<void>;
}

/** @param flags as of `open` */
export async function openToRead(path: string, flags = constants.O_RDONLY): Promise<Reading> {
  const descriptor = await opened(path, flags);
  return {
    stat: () => statOf(descriptor),
    read: async (into) => (await readFrom(descriptor, into, 0, into.length, null)).bytesRead,
    close: () => closed(descriptor),
  };
}
