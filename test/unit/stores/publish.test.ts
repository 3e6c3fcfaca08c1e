import { createHash, randomBytes } from 'node:crypto';
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { isInParts } from '../../../src/stores/s3/checksum.ts';
import { HINTS } from '../../../src/stores/s3/expected.ts';
import { publishObject } from '../../../src/stores/s3/publish.ts';
import { useAws } from '../../support/aws.ts';
import { controlOf } from '../../support/control.ts';
import { flipBit } from '../../support/flip.ts';
import { byLength } from '../../support/length.ts';
import { kmsOf, objectsOf } from '../../support/services.ts';
import { storedIn } from '../../support/stored.ts';
import { sealObject } from './sealed-object.ts';

const aws = await useAws();
const control = controlOf(aws);
const kms = kmsOf(aws);
const objects = objectsOf(aws);
const stores = storedIn(aws);
const LIMIT = 16 * 1024 * 1024;

async function stored(key: string) {
  const { Body, Metadata } = await aws.s3.send(
    new GetObjectCommand({ Bucket: aws.bucket, Key: key }),
  );
  const body = Buffer.from((await Body?.transformToByteArray()) ?? []);
  return {
    size: body.length,
    sha256: createHash('sha256').update(body).digest('hex'),
    metadata: Metadata,
  };
}

describe('an object', () => {
  test.each([
    ['of 16 MiB is uploaded in one piece', LIMIT, { 's3:PutObject': 1 }],
    [
      'of one byte more is uploaded in parts, if it does not exist yet',
      LIMIT + 1,
      {
        's3:HeadObject': 1,
        's3:CreateMultipartUpload': 1,
        's3:UploadPart': 3,
        's3:CompleteMultipartUpload': 1,
      },
    ],
  ])('%s', async (_, size, expected) => {
    const { object, metadata } = await sealObject(kms, aws.kmskey, randomBytes(size - 16));
    const key = aws.unique('size');
    let sent = 0;
    const progress = (bytes: number) => (sent += bytes);
    const calls = await control.callsOf(() =>
      publishObject(objects, { bucket: aws.bucket, key }, { ...object, progress }),
    );
    expect(calls).toEqual(expected);
    expect(sent).toBe(size);
    expect(await stored(key)).toMatchObject({ size, sha256: object.sha256, metadata });
  });
});

interface Whole {
  body: Buffer;
  metadata: Readonly<Record<string, string>>;
}

function damaged(name: string) {
  return ({ metadata }: Whole) => {
    const bytes = flipBit(Buffer.from(metadata[name] ?? '', 'base64'), -3);
    return { metadata: { ...metadata, [name]: bytes.toString('base64') } };
  };
}

/** How another program alters an object. */
const ALTERATIONS: readonly (readonly [string, (whole: Whole) => Partial<Whole>])[] = [
  ['has a bit of its body flipped', ({ body }) => ({ body: flipBit(body, 500) })],
  ['is cut short', ({ body }) => ({ body: body.subarray(1) })],
  ['has another commitment', damaged('x-amz-d')],
  ['has another message id', damaged('x-amz-i')],
  ['has another wrapped key', damaged('x-amz-3')],
  ['has another context', ({ metadata }) => ({ metadata: { ...metadata, 'x-amz-t': '{}' } })],
  ['claims an older format', ({ metadata }) => ({ metadata: { ...metadata, 'x-amz-iv': 'a' } })],
  ['has no metadata', () => ({ metadata: {} })],
  ['names another key', ({ metadata }) => ({ metadata: { ...metadata, [HINTS.keyArn]: 'x' } })],
  [
    'names another parameter',
    ({ metadata }) => ({ metadata: { ...metadata, [HINTS.parameter]: '/other' } }),
  ],
];
/** In the short form, one of the body and one of the metadata: sizes differ only in how they are sent. */
const IN_PARTS = ALTERATIONS.filter(([what]) => byLength(/flipped|no metadata/.test(what), true));

describe.each([
  ['in one piece', 1000],
  ['in parts', LIMIT + 1],
])('an object that already exists, sent %s,', async (_, size) => {
  const { object, body } = await sealObject(kms, aws.kmskey, randomBytes(size - 16));
  const first = aws.unique('first');
  await publishObject(objects, { bucket: aws.bucket, key: first }, object);
  const { metadata = {} } = await stored(first);

  test('stays if it is the same', async () => {
    const at = { bucket: aws.bucket, key: aws.unique('twice') };
    await publishObject(objects, at, object);
    const before = await stored(at.key);
    const again = await kms.generateDataKey(aws.kmskey, {});
    await publishObject(objects, at, { ...object, wrapped: again.wrapped });
    expect(await stored(at.key)).toEqual(before);
  });

  test.each(isInParts(size) ? IN_PARTS : ALTERATIONS)(
    'is written again if it %s',
    async (_, alter) => {
      const at = { bucket: aws.bucket, key: aws.unique('altered') };
      const whole = { body, metadata };
      await writePast(at.key, { ...whole, ...alter(whole) });

      await publishObject(objects, at, object);
      expect(await stored(at.key)).toEqual({ size, sha256: object.sha256, metadata });
      const { Uploads } = await aws.s3.send(
        new ListMultipartUploadsCommand({ Bucket: aws.bucket }),
      );
      expect(Uploads ?? []).toEqual([]);
    },
  );

  test('is written again if the caller may not look', async () => {
    const at = { bucket: aws.bucket, key: aws.unique('blind') };
    await writePast(at.key, { body: Buffer.alloc(size), metadata: {} });
    await control.disturb({ rules: [{ action: 's3:GetObject', deny: true }] });
    await publishObject(objects, at, object);
    await control.disturb({});
    expect((await stored(at.key)).sha256).toBe(object.sha256);
  });

  test('stays if somebody else repaired it meanwhile', async () => {
    const at = { bucket: aws.bucket, key: aws.unique('repaired') };
    await publishObject(objects, at, object);
    const before = await stored(at.key);
    const again = { ...object, wrapped: (await kms.generateDataKey(aws.kmskey, {})).wrapped };
    await publishObject(objects, at, again, { fault: 'damaged', etag: '"of before"' });
    expect(await stored(at.key)).toEqual(before);
  });

  test('is looked at again if it changed meanwhile', async () => {
    const at = { bucket: aws.bucket, key: aws.unique('raced') };
    for (const seen of [{ fault: 'missing' }, { fault: 'damaged', etag: '"of before"' }]) {
      await writePast(at.key, { body: flipBit(body, 0), metadata: {} });
      await publishObject(objects, at, object, seen);
      expect((await stored(at.key)).sha256).toBe(object.sha256);
    }
    await stores.removeObject(at.key);
    await publishObject(objects, at, object, { fault: 'damaged', etag: '"of before"' });
    expect((await stored(at.key)).sha256).toBe(object.sha256);
  });
});

/** An object as another program writes it, with a checksum. */
async function writePast(Key: string, { body: Body, metadata: Metadata }: Whole): Promise<void> {
  const at = { Bucket: aws.bucket, Key };
  await aws.s3.send(new PutObjectCommand({ ...at, Body, Metadata, ChecksumAlgorithm: 'SHA256' }));
}

test('cancels a multipart upload that fails', async () => {
  const { object } = await sealObject(kms, aws.kmskey, randomBytes(LIMIT));
  const at = { bucket: aws.bucket, key: aws.unique('failing') };
  const read = (offset: number, length: number) =>
    offset > 0 ? Promise.reject(new Error('the disk is gone')) : object.read(offset, length);
  await expect(publishObject(objects, at, { ...object, read })).rejects.toThrow('disk is gone');
  const { Uploads } = await aws.s3.send(new ListMultipartUploadsCommand({ Bucket: aws.bucket }));
  expect(Uploads ?? []).toEqual([]);
});

test('uploads every byte with a SHA-256, which S3 returns', async () => {
  for (const size of [1000, LIMIT + 1]) {
    const { object } = await sealObject(kms, aws.kmskey, randomBytes(size - 16));
    const Key = aws.unique('checked');
    await publishObject(objects, { bucket: aws.bucket, key: Key }, object);
    const { ChecksumSHA256, ChecksumType } = await aws.s3.send(
      new HeadObjectCommand({ Bucket: aws.bucket, Key, ChecksumMode: 'ENABLED' }),
    );
    expect(ChecksumSHA256).toMatch(size > LIMIT ? /^[\w+/]{43}=-3$/ : /^[\w+/]{43}=$/);
    expect(ChecksumType).toBe(size > LIMIT ? 'COMPOSITE' : 'FULL_OBJECT');
  }
});
