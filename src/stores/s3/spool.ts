import { randomBytes } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CofferError } from '../../errors.ts';

/** Temporary storage with random access; holds only ciphertext. */
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

/** An unnamed file in `folder`: it disappears with the process, however that ends. */
export async function fileSpool(folder: string): Promise<Spool> {
  const path = join(folder, `.coffer-${randomBytes(6).toString('hex')}`);
  const guard = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (cause) {
      throw new CofferError('disk', `cannot write the spool file in ${folder}`, {
        hint: 'it needs as much space as the data: set TMPDIR to a folder with enough space',
        cause,
      });
    }
  };
  const handle = await guard(open(path, 'wx+', 0o600));
  await rm(path);
  return {
    async write(bytes, offset) {
      // A nearly full disk writes only a part, and fails only at the next write.
      for (let done = 0; done < bytes.length;) {
        const rest = bytes.subarray(done);
        done += (await guard(handle.write(rest, 0, rest.length, offset + done))).bytesWritten;
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
