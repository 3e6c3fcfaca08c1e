import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { digestFor, digestThread } from '../../../src/stores/s3/digest.ts';
import { MIB, sha256 } from '../../support/put.ts';

const bytes = randomBytes(20 * MIB);

test.each([0, 1, 256 * 1024 - 1, 256 * 1024, 256 * 1024 + 1, 3 * MIB])(
  'a thread computes the digest of %i bytes',
  async (size) => {
    const digest = await digestThread();
    for (let at = 0; at < size; at += 100_000) {
      const chunk = Buffer.from(bytes.subarray(at, Math.min(at + 100_000, size)));
      await digest.update(chunk);
      // It has its own copy.
      chunk.fill(0);
    }
    expect(await digest.finish()).toBe(sha256(bytes.subarray(0, size)));
    await digest.close();
  },
);

test.each([
  ['here', 0],
  ['by a thread, more than it can take at once', bytes.length],
])('a digest is computed %s', async (_, size) => {
  const digest = await digestFor(size);
  await digest.update(bytes);
  expect(await digest.finish()).toBe(sha256(bytes));
  await digest.close();
});

test('whoever waits for a thread that ends is told', async () => {
  const digest = await digestThread();
  await digest.update(bytes.subarray(0, MIB));
  const finished = digest.finish();
  await digest.close();
  await expect(finished).rejects.toThrow('the thread ended');
  await expect(digest.finish()).rejects.toThrow('the thread ended');
});
