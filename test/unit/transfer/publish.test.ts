import { createHash, randomBytes } from 'node:crypto';
import { GetObjectCommand, ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { publishObject } from '../../../src/transfer/publish.ts';
import { useAws } from '../../support/aws.ts';
import { controlOf } from '../../support/control.ts';
import { failureOf } from '../../support/failure.ts';
import { kmsOf, objectsOf } from '../../support/services.ts';
import { sealObject } from './sealed-object.ts';

const aws = await useAws();
const control = controlOf(aws);
const kms = kmsOf(aws);
const objects = objectsOf(aws);
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
    ['of 16 MiB goes up in one piece', LIMIT, { 's3:PutObject': 1 }],
    [
      'of one byte more goes up in parts',
      LIMIT + 1,
      { 's3:CreateMultipartUpload': 1, 's3:UploadPart': 4, 's3:CompleteMultipartUpload': 1 },
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
    expect(await stored(key)).toEqual({ size, sha256: object.sha256, metadata });
  });
});

describe.each([
  ['in one piece', 1000],
  ['in parts', LIMIT + 1],
])('an object that is there already, sent %s,', (_, size) => {
  test('stays as it is when it is the same', async () => {
    const { object } = await sealObject(kms, aws.kmskey, randomBytes(size - 16));
    const at = { bucket: aws.bucket, key: aws.unique('twice') };
    await publishObject(objects, at, object);
    const before = await stored(at.key);
    const { wrapped } = await kms.generateDataKey(aws.kmskey, {});
    await publishObject(objects, at, { ...object, wrapped });
    expect(await stored(at.key)).toEqual(before);
  });

  test('is a conflict when it was sealed with another key', async () => {
    const first = await sealObject(kms, aws.kmskey, randomBytes(size - 16));
    const second = await sealObject(kms, aws.kmskey, randomBytes(size - 16));
    const at = { bucket: aws.bucket, key: aws.unique('conflict') };
    await publishObject(objects, at, first.object);
    const failure = await failureOf(() => publishObject(objects, at, second.object));
    expect(failure.code).toBe('conflict');
    expect((await stored(at.key)).sha256).toBe(first.object.sha256);
    const { Uploads } = await aws.s3.send(new ListMultipartUploadsCommand({ Bucket: aws.bucket }));
    expect(Uploads ?? []).toEqual([]);
  });
});

test('a writer who may not look is content that the object is there', async () => {
  const { object } = await sealObject(kms, aws.kmskey, randomBytes(100));
  const at = { bucket: aws.bucket, key: aws.unique('blind') };
  await publishObject(objects, at, object);
  await control.disturb({ rules: [{ action: 's3:GetObject', deny: true }] });
  await expect(publishObject(objects, at, object)).resolves.toBeUndefined();
});

test('an upload in parts that fails is taken back', async () => {
  const { object } = await sealObject(kms, aws.kmskey, randomBytes(LIMIT));
  const at = { bucket: aws.bucket, key: aws.unique('failing') };
  const read = (offset: number, length: number) =>
    offset > 0 ? Promise.reject(new Error('the disk is gone')) : object.read(offset, length);
  await expect(publishObject(objects, at, { ...object, read })).rejects.toThrow('disk is gone');
  const { Uploads } = await aws.s3.send(new ListMultipartUploadsCommand({ Bucket: aws.bucket }));
  expect(Uploads ?? []).toEqual([]);
});
