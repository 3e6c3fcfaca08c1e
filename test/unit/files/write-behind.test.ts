import { randomBytes } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { WriteBehind, writeAt } from '../../../src/files/write-behind.ts';
import { createWorkspace } from '../../support/workspace.ts';

const KIB = 1024;
const BUFFER = 256 * KIB;

describe.each([1, 7 * KIB + 1, BUFFER, 2 * BUFFER + 3])('in pieces of %i bytes,', (piece) => {
  test.each([0, 1, BUFFER - 1, BUFFER, BUFFER + 1, 2 * BUFFER, 3 * BUFFER + 5])(
    'writes %i bytes in order, one buffer at a time',
    async (size) => {
      // A byte at a time takes long, and the border is what matters.
      const start = piece === 1 ? Math.max(size - 3, 0) : 0;
      const bytes = randomBytes(size);
      const written = Buffer.alloc(size);
      let underway = 0;
      const writer = new WriteBehind(async (part, offset) => {
        expect(underway++).toBe(0);
        expect(part.length).toBeLessThanOrEqual(BUFFER);
        await new Promise(setImmediate);
        part.copy(written, offset);
        underway--;
      });
      await writer.add(bytes.subarray(0, start));
      for (let at = start; at < size; at += piece) await writer.add(bytes.subarray(at, at + piece));
      expect(writer.size).toBe(size);
      await writer.end();
      expect(written.equals(bytes)).toBe(true);
    },
  );
});

test('throws the failure of a write, and writes nothing after it', async () => {
  let writes = 0;
  const writer = new WriteBehind(() => {
    writes++;
    return Promise.reject(new Error('the disk is full'));
  });
  await expect(writer.add(Buffer.alloc(5 * BUFFER))).rejects.toThrow('the disk is full');
  await expect(writer.end()).rejects.toThrow('the disk is full');
  await writer.settled();
  expect(writes).toBe(1);
});

test('writes all of a large piece at its place in a file', async () => {
  const { folder } = await createWorkspace();
  const file = join(folder, 'file');
  const bytes = randomBytes(3 * BUFFER + 1);
  const handle = await open(file, 'wx');
  await writeAt(handle, bytes, 10);
  await handle.close();
  expect((await readFile(file)).subarray(10).equals(bytes)).toBe(true);
});
