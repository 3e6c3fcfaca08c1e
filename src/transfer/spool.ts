import { randomBytes } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CofferError } from '../errors.ts';

/** Bytes set down at any place and read back; holds nothing but ciphertext. */
export interface Spool {
  write: (bytes: Buffer, offset: number) => Promise<void>;
  read: (offset: number, length: number) => Promise<Buffer>;
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

/** A file without a name in `folder`: it is gone with the process, however that ends. */
export async function fileSpool(folder: string): Promise<Spool> {
  const path = join(folder, `.coffer-${randomBytes(6).toString('hex')}`);
  const handle = await open(path, 'wx+', 0o600);
  await rm(path);
  return {
    async write(bytes, offset) {
      try {
        await handle.write(bytes, 0, bytes.length, offset);
      } catch (cause) {
        throw new CofferError('source', `the spool in ${folder} cannot be written`, {
          hint: 'it holds as much ciphertext as there is data: set TMPDIR to a folder with room',
          cause,
        });
      }
    },
    async read(offset, length) {
      const { buffer, bytesRead } = await handle.read(
        Buffer.allocUnsafe(length),
        0,
        length,
        offset,
      );
      return buffer.subarray(0, bytesRead);
    },
    close: () => handle.close(),
  };
}
