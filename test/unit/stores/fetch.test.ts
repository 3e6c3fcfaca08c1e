import { createHash, randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import type { Pointer } from '../../../src/crypto/pointer.ts';
import { fetchObject, type Demands } from '../../../src/stores/s3/fetch.ts';
import { createObjectStore } from '../../../src/stores/s3/objects.ts';
import { LIMITS } from '../../../src/aws/limits.ts';
import { valueLimit, type SizeLimit } from '../../../src/sizes.ts';
import { useAws } from '../../support/aws.ts';
import { startServer } from '../../support/bad-server.ts';
import { controlOf } from '../../support/control.ts';
import { failureOf } from '../../support/failure.ts';
import { byLength } from '../../support/length.ts';
import { kmsOf, objectsOf, sessionAt } from '../../support/services.ts';
import { createWorkspace } from '../../support/workspace.ts';
import { flipBit } from '../../support/flip.ts';
import { sealObject, store } from './sealed-object.ts';

const aws = await useAws();
const control = controlOf(aws);
const kms = kmsOf(aws);
const objects = objectsOf(aws);
const MIB = 1024 * 1024;

/** Sizes that stay in memory, and sizes that go to a spool file. */
const SIZES = [0, 1, 15, 16, MIB - 16, MIB, 3 * MIB + 5];
const MEMORY_LIMIT = 4 * MIB;
/** Two ranges and a bit. */
const SPOOLED = 16 * MIB + 1;
/** So large that another thread hashes it. */
const LARGE = 40 * MIB + 1;

async function fetchFrom(pointer: Pointer) {
  const { folder } = await createWorkspace();
  const services = {
    kms,
    objects,
    spoolFolder: folder,
    memoryLimit: MEMORY_LIMIT,
    limit: valueLimit(),
  };
  return { folder, fetched: await fetchObject(pointer, services) };
}

/** Reads a whole generator; returns what came before a failure, and the failure. */
async function drain(chunks: AsyncGenerator<Buffer>) {
  const hash = createHash('sha256');
  let size = 0;
  const failure = await (async () => {
    for await (const chunk of chunks) {
      size += chunk.length;
      hash.update(chunk);
    }
  })().then(
    () => undefined,
    (error: unknown) => error,
  );
  return { size, sha256: hash.digest('hex'), failure };
}

const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe('returns an object byte for byte', () => {
  test.each([...SIZES, SPOOLED, LARGE])('of %i bytes', async (size) => {
    const plaintext = randomBytes(size);
    const { body, object, metadata } = await sealObject(kms, aws.kmskey, plaintext);
    const pointer = { bucket: aws.bucket, key: aws.unique('whole'), sha256: object.sha256 };
    await store(aws, pointer.key, body, metadata);

    const { folder, fetched } = await fetchFrom(pointer);
    expect(fetched.size).toBe(size);
    const whole = { size, sha256: digest(plaintext), failure: undefined };
    expect(await drain(fetched.verified())).toEqual(whole);
    expect(await drain(fetched.unverified())).toEqual(whole);
    expect(await readdir(folder)).toEqual([]);
    await fetched.close();
  });
});

test('fetches an object with one GET and one Decrypt', async () => {
  const { body, object, metadata } = await sealObject(kms, aws.kmskey, randomBytes(2 * MIB));
  const pointer = { bucket: aws.bucket, key: aws.unique('cost'), sha256: object.sha256 };
  await store(aws, pointer.key, body, metadata);
  const calls = await control.callsOf(async () => {
    const { fetched } = await fetchFrom(pointer);
    await drain(fetched.verified());
  });
  expect(calls).toEqual({ 's3:GetObject': 1, 'kms:Decrypt': 1 });
});

const ALTERATIONS: readonly (readonly [string, (body: Buffer) => Buffer])[] = [
  ['with a bit of the first byte flipped', (body) => flipBit(body, 0)],
  ['with a bit of the last ciphertext byte flipped', (body) => flipBit(body, -17)],
  ['with a bit of the tag flipped', (body) => flipBit(body, -1, 7)],
  ['cut short', (body) => body.subarray(0, -1)],
];
const SPOOLED_ALTERATIONS = ALTERATIONS.filter(([what]) => byLength(/last|short/.test(what), true));

describe.each([100, 3 * MIB, SPOOLED])('an altered object of %i bytes,', (size) => {
  test.each(size === SPOOLED ? SPOOLED_ALTERATIONS : ALTERATIONS)(
    '%s, releases nothing',
    async (_, alter) => {
      const { body, metadata } = await sealObject(kms, aws.kmskey, randomBytes(size));
      // The digest matches the altered bytes, so only the tag shows the change.
      const altered = alter(body);
      const pointer = { bucket: aws.bucket, key: aws.unique('altered'), sha256: digest(altered) };
      await store(aws, pointer.key, altered, metadata);
      const { fetched } = await fetchFrom(pointer);
      const { size: released, failure } = await drain(fetched.verified());
      expect(released).toBe(0);
      expect(failure).toMatchObject({ code: 'tampered' });
      expect((await drain(fetched.unverified())).failure).toMatchObject({ code: 'tampered' });
      await fetched.close();
    },
  );
});

test.each([100, LARGE])(
  'refuses an object whose content does not match its name',
  async (length) => {
    const { body, metadata } = await sealObject(kms, aws.kmskey, randomBytes(length));
    const pointer = { bucket: aws.bucket, key: aws.unique('other'), sha256: '0'.repeat(64) };
    await store(aws, pointer.key, body, metadata);
    const { fetched } = await fetchFrom(pointer);
    const { size, failure } = await drain(fetched.verified());
    expect(size).toBe(0);
    expect(failure).toMatchObject({
      code: 'tampered',
      message: expect.stringContaining('does not match the digest in its name') as string,
    });
    await fetched.close();
  },
);

test('opens an object whose name is no digest', async () => {
  const { body, metadata } = await sealObject(kms, aws.kmskey, Buffer.from('hello'));
  const pointer = { bucket: aws.bucket, key: aws.unique('typed') };
  await store(aws, pointer.key, body, metadata);
  const { fetched } = await fetchFrom(pointer);
  expect((await drain(fetched.verified())).sha256).toBe(digest(Buffer.from('hello')));
});

test('refuses an object shorter than a tag, or without metadata, before any call to KMS', async () => {
  const { body, metadata } = await sealObject(kms, aws.kmskey, Buffer.alloc(0));
  for (const [bytes, fields] of [
    [body.subarray(0, 0), metadata],
    [body.subarray(0, 15), metadata],
    [body, {}],
  ] as const) {
    const key = aws.unique('bare');
    await store(aws, key, bytes, fields);
    const calls = await control.callsOf(async () => {
      const failure = await failureOf(() => fetchFrom({ bucket: aws.bucket, key }));
      expect(failure.code).toBe('tampered');
      expect(failure.message).toContain(`s3://${aws.bucket}/${key}`);
    });
    expect(calls).toEqual({ 's3:GetObject': 1 });
  }
});

test('names an object that does not exist', async () => {
  const key = aws.unique('nothing');
  await aws.s3.send(new DeleteObjectCommand({ Bucket: aws.bucket, Key: key }));
  const failure = await failureOf(() => fetchFrom({ bucket: aws.bucket, key }));
  expect(failure.code).toBe('not-found');
  expect(failure.message).toContain(key);
});

test.each([3 * MIB, SPOOLED])('reads %i bytes in spite of broken connections', async (size) => {
  const plaintext = randomBytes(size);
  const { body, object, metadata } = await sealObject(kms, aws.kmskey, plaintext);
  const pointer = { bucket: aws.bucket, key: aws.unique('broken'), sha256: object.sha256 };
  await store(aws, pointer.key, body, metadata);
  await control.disturb({ rules: [{ action: 's3:*', resetRate: 0.3 }] });
  const { fetched } = await fetchFrom(pointer);
  expect((await drain(fetched.verified())).sha256).toBe(digest(plaintext));
  await fetched.close();
});

test.each([1024, 65 * MIB])('asks once more for a body of %i bytes that stalls', async (size) => {
  const { metadata } = await sealObject(kms, aws.kmskey, Buffer.from('x'));
  const headers = Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]);
  const server = await startServer(({ headers: { range } }, response) => {
    const [, from, last] = /bytes=(\d+)-(\d+)/.exec(range ?? '') ?? [];
    const to = Math.min(Number(last), size - 1);
    const length = to - Number(from) + 1;
    response.writeHead(206, {
      ...Object.fromEntries(headers),
      'content-length': length,
      'content-range': `bytes ${from}-${to}/${size}`,
      etag: '"e"',
    });
    response.write('some of it');
  });
  const slow = createObjectStore(
    { ...sessionAt(server.url), limits: { ...LIMITS, silence: 200 } },
    'us-east-1',
  );
  const pointer = { bucket: 'bucket', key: 'key', sha256: undefined };
  const { folder } = await createWorkspace();
  const services = { kms, objects: slow, spoolFolder: folder, limit: valueLimit() };
  const fetched = await fetchObject(pointer, services);
  const error = await failureOf(() => fetched.verify());
  await fetched.close();
  expect(error).toMatchObject({ code: 'network' });
  expect(error.message).toBe(`s3://bucket/key: ${server.host} sent nothing for 0.2 s`);
  expect(await readdir(folder)).toEqual([]);
  // A large one is read in four ranges at once.
  expect(server.requests.length).toBeLessThanOrEqual(size > MIB ? 8 : 2);
});

/** From a server that promises `size` bytes; `sent` answers for them. */
async function serve(size: number, sent: (response: ServerResponse) => void) {
  const { metadata } = await sealObject(kms, aws.kmskey, Buffer.from('x'));
  const headers = Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]);
  const server = await startServer((_, response) => {
    const length = Math.min(size, 8 * MIB);
    response.writeHead(206, {
      ...Object.fromEntries(headers),
      etag: '"e"',
      'content-length': 8 * MIB,
      'content-range': `bytes 0-${length - 1}/${size}`,
    });
    response.flushHeaders();
    sent(response);
  });
  const { folder } = await createWorkspace();
  const store = createObjectStore(sessionAt(server.url), 'us-east-1');
  const fetch = async (limit: SizeLimit) => {
    const services = { kms, objects: store, spoolFolder: folder, limit };
    const fetched = await fetchObject({ bucket: 'bucket', key: 'key' }, services);
    try {
      await fetched.verify();
    } finally {
      await fetched.close();
    }
  };
  return { fetch, folder, server };
}

function nothing(): void {}

describe('of an object that is too large, or not what it promises,', () => {
  test('not a byte is read, and both sizes are named', async () => {
    const { fetch, server } = await serve(3 * 1024 ** 4 + 16, nothing);
    expect(await failureOf(() => fetch(valueLimit()))).toMatchObject({
      code: 'oversize',
      message:
        's3://bucket/key: 3.0 TiB (3298534883328 bytes) is more than the limit of 1.0 GiB (1073741824 bytes)',
      hint: expect.stringContaining('--max-size') as string,
    });
    expect(server.requests).toHaveLength(1);
  });

  test('nothing is spooled without space for all of it', async () => {
    const { fetch, server, folder } = await serve(2 ** 50, nothing);
    const error = await failureOf(() => fetch(valueLimit(2 ** 51)));
    expect(error).toMatchObject({
      code: 'disk',
      hint: expect.stringContaining('TMPDIR') as string,
    });
    expect(error.message).toMatch(/of free space, and 1024\.0 TiB are needed$/);
    expect(server.requests).toHaveLength(1);
    expect(await readdir(folder)).toEqual([]);
  });

  test('more than it promised is cut off, and not asked for again', async () => {
    const { fetch, server } = await serve(MIB, (response) => {
      response.on('error', nothing);
      for (let sent = 0; sent < 8; sent++) response.write(Buffer.alloc(MIB));
    });
    const error = await failureOf(() => fetch(valueLimit()));
    expect(error.code).toBe('aws');
    expect(error.message).toBe(
      `s3://bucket/key: the answer has more than the ${MIB} bytes that it promised`,
    );
    expect(server.requests).toHaveLength(1);
  });
});

describe('of another account', () => {
  async function fetchWith(demands: Demands) {
    const { body, metadata } = await sealObject(kms, aws.kmskey, Buffer.from('hello'));
    const pointer = { bucket: aws.bucket, key: aws.unique('foreign') };
    await store(aws, pointer.key, body, metadata);
    const { folder } = await createWorkspace();
    const services = { kms, objects, spoolFolder: folder, limit: valueLimit() };
    const fetched = await fetchObject(pointer, services, demands);
    return drain(fetched.verified());
  }
  const [mine, other] = [aws.kmskeyArn.split(':')[4] ?? '', '444455556666'];

  test('no bucket is read', async () => {
    expect((await fetchWith({ owner: mine })).failure).toBeUndefined();
    expect((await failureOf(() => fetchWith({ owner: other }))).code).toBe('denied');
  });

  test('no key opens anything', async () => {
    expect((await fetchWith({ key: { account: mine } })).failure).toBeUndefined();
    const { size, failure } = await fetchWith({ key: { account: other } });
    expect(size).toBe(0);
    expect(failure).toMatchObject({
      code: 'tampered',
      message: expect.stringContaining('another account') as string,
    });
  });
});
