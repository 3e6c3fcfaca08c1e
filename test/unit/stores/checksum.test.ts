import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { checksumOf, PartDigests } from '../../../src/stores/s3/checksum.ts';
import { createObjectStore } from '../../../src/stores/s3/objects.ts';
import { startServer } from '../../support/bad-server.ts';
import { sessionAt } from '../../support/services.ts';

const MIB = 1024 * 1024;
const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest();

function objectOf(bytes: Buffer) {
  return {
    size: bytes.length,
    sha256: digest(bytes).toString('hex'),
    read: (offset: number, length: number) =>
      Promise.resolve(bytes.subarray(offset, offset + length)),
  };
}

describe('the checksum of an object', () => {
  test('in one piece is its SHA-256', async () => {
    const bytes = randomBytes(1000);
    expect(await checksumOf(objectOf(bytes))).toEqual({
      value: digest(bytes).toString('base64'),
      parts: [],
    });
  });

  test('in parts is the SHA-256 of those of its parts', async () => {
    const bytes = randomBytes(17 * MIB);
    const { value, parts } = await checksumOf(objectOf(bytes));
    const digests = parts.map(({ offset, length }) =>
      digest(bytes.subarray(offset, offset + length)),
    );
    expect(parts.map(({ sha256 }) => sha256)).toEqual(digests.map((one) => one.toString('base64')));
    expect(parts.map(({ length }) => length / MIB)).toEqual([8, 8, 1]);
    expect(value).toBe(digest(Buffer.concat(digests)).toString('base64'));
  });

  test.each([1, 3 * MIB + 1, 8 * MIB, 17 * MIB])(
    'is the same if the bytes pass by, %i at a time',
    async (step) => {
      const bytes = randomBytes(17 * MIB);
      const passing = new PartDigests();
      const start = step === 1 ? bytes.length - 1000 : 0;
      passing.update(bytes.subarray(0, start));
      for (let at = start; at < bytes.length; at += step) {
        passing.update(bytes.subarray(at, at + step));
      }
      const object = objectOf(bytes);
      expect(passing.finish(object.size, object.sha256)).toEqual(await checksumOf(object));
    },
  );
});

test('the signature covers the SHA-256 of each body', async () => {
  const bytes = randomBytes(17 * MIB);
  const signed: unknown[] = [];
  const server = await startServer((request, response) => {
    const { 'x-amz-content-sha256': payload, authorization = '' } = request.headers;
    if (request.method === 'PUT') {
      expect(authorization).toContain('x-amz-content-sha256');
      signed.push(payload);
    }
    request.resume().on('end', () => {
      response.writeHead(200, { etag: '"e"' });
      response.end('<R><UploadId>id</UploadId><ETag>"e"</ETag></R>');
    });
  });
  const objects = createObjectStore(sessionAt(server.url), 'us-east-1');
  for (const part of [bytes.subarray(0, 1000), bytes]) {
    const object = { ...objectOf(part), metadata: {} };
    await objects.put('bucket', 'key', { ...object, checksum: await checksumOf(object) }, {});
  }
  const bodies = [
    bytes.subarray(0, 1000),
    bytes.subarray(0, 8 * MIB),
    bytes.subarray(8 * MIB, 16 * MIB),
    bytes.subarray(16 * MIB),
  ];
  expect(new Set(signed)).toEqual(new Set(bodies.map((body) => digest(body).toString('hex'))));
});
