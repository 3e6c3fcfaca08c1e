import { randomBytes } from 'node:crypto';
import { open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { CofferError } from '../../errors.ts';
import { writeAt } from '../../files/write-behind.ts';
import { formatBytes } from '../../sizes.ts';

/** Temporary storage with random access; holds only ciphertext. */
export interface Spool {
  write: (bytes: Buffer, offset: number) => Promise<void>;
  /** @param into a buffer to use for it, of at least that length */
  read: (offset: number, length: number, into?: Buffer) => Promise<Buffer>;
  close: () => Promise<void>;
}

export function memorySpool(size: number): Spool {
  const buffer = Buffer.allocUnsafe(size);
  return {
    write: (bytes, offset) => {
      bytes.copy(buffer, offset);
      return Promise.resolve();
    },
    read: (offset, length) => Promise.resolve(buffer.subarray(offset, offset + length)),
    close: () => Promise.resolve(),
  };
}

const ROOM = 'it needs as much space as the data: set TMPDIR to a folder with enough space';

/**
 * An unnamed file in `folder`: it disappears with the process, however that ends.
 * @param size what will be written, if known
 * @throws CofferError `disk` when there is less space
 */
export async function fileSpool(folder: string, size = 0): Promise<Spool> {
  const path = join(folder, `.coffer-${randomBytes(6).toString('hex')}`);
  const guard = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (cause) {
      throw new CofferError('disk', `cannot write the spool file in ${folder}`, {
        hint: ROOM,
        cause,
      });
    }
  };
  const free = await freeSpace(folder);
  if (free < size) {
    const [needed, left] = [formatBytes(size), formatBytes(free)];
    throw new CofferError('disk', `${folder} has ${left} of free space, and ${needed} are needed`, {
      hint: ROOM,
    });
  }
  const handle = await guard(open(path, 'wx+', 0o600));
  await rm(path);
  return {
    async write(bytes, offset) {
      await guard(writeAt(handle, bytes, offset));
    },
    async read(offset, length, into = Buffer.allocUnsafe(length)) {
      const { bytesRead } = await handle.read(into, 0, length, offset);
      return into.subarray(0, bytesRead);
    },
    close: () => handle.close(),
  };
}

/** What the file system says; some say that they have no blocks at all. */
async function freeSpace(folder: string): Promise<number> {
  const { blocks, bavail, bsize } = await statfs(folder).catch(() => ({
    blocks: 0,
    bavail: 0,
    bsize: 0,
  }));
  return blocks > 0 ? bavail * bsize : Infinity;
}
