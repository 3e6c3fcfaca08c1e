import { randomBytes } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import { createObjectCipher, sealChunks } from '../../../src/crypto/object-v3.ts';
import { ResealedBody } from '../../../src/stores/s3/resealed-body.ts';

const dataKey = randomBytes(32);
const messageId = randomBytes(28);
const cipher = () => createObjectCipher(dataKey, messageId).cipher;
const first = randomBytes(200_003);
let data = first;
let sealed: Buffer;
let body: ResealedBody;

async function* inChunks(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 70_000) {
    yield await Promise.resolve(bytes.subarray(at, at + 70_000));
  }
}

beforeEach(async () => {
  data = first;
  body = new ResealedBody(() => inChunks(data), cipher);
  const chunks: Buffer[] = [];
  for await (const chunk of sealChunks(cipher(), inChunks(data))) {
    chunks.push(chunk);
    await body.add(chunk);
  }
  sealed = Buffer.concat(chunks);
  return () => body.close();
});

/** All of it, in parts that are asked for at once; the tag is in the last two. */
async function readParts(): Promise<Buffer> {
  const length = 100_005;
  const offsets = [0, length, 2 * length];
  const parts = offsets.map((at) => body.read(at, Math.min(length, sealed.length - at)));
  return Buffer.concat(await Promise.all(parts));
}

test('the same bytes are read twice, in parts', async () => {
  expect(await readParts()).toEqual(sealed);
  expect(await readParts()).toEqual(sealed);
});

test('a reading that ended early does not disturb the next one', async () => {
  await body.read(0, 1000);
  expect(await readParts()).toEqual(sealed);
});

test.each([
  [
    'another byte',
    Buffer.concat([first.subarray(0, 9), Buffer.of((first[9] ?? 0) ^ 1), first.subarray(10)]),
  ],
  ['a byte less', first.subarray(1)],
  ['a byte more', Buffer.concat([first, Buffer.of(0)])],
  ['nothing', Buffer.alloc(0)],
])('data that has %s by then is refused', async (_, changed) => {
  data = changed;
  await expect(readParts()).rejects.toThrow('the data changed while it was read');
});
