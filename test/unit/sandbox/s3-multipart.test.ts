import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import type { CompletedPart, S3Client } from '@aws-sdk/client-s3';
import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { startSandbox } from '../../../src/sandbox/index.ts';
import type { Sandbox } from '../../../src/sandbox/index.ts';
import { clientsFor, codeOf } from './clients.ts';

let sandbox: Sandbox;
let s3: S3Client;
const Bucket = 'multipart';
const MIN = 5 * 1024 * 1024;

beforeAll(async () => {
  sandbox = await startSandbox();
  ({ s3 } = clientsFor(sandbox.url));
  await s3.send(new CreateBucketCommand({ Bucket }));
});
afterAll(() => sandbox.close());

const md5 = (body: Buffer) => createHash('md5').update(body).digest();

async function begin(Key: string, more: object = {}) {
  const created = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }));
  const at = { Bucket, Key, UploadId: created.UploadId };
  return {
    at,
    async part(PartNumber: number, Body: Uint8Array): Promise<CompletedPart> {
      const { ETag, ChecksumCRC32 } = await s3.send(
        new UploadPartCommand({ ...at, PartNumber, Body }),
      );
      return { PartNumber, ETag, ...(ChecksumCRC32 && { ChecksumCRC32 }) };
    },
    complete: (Parts: CompletedPart[], conditions: object = {}) =>
      s3.send(
        new CompleteMultipartUploadCommand({ ...at, MultipartUpload: { Parts }, ...conditions }),
      ),
  };
}

test('parts become one object with metadata, a multipart ETag and a checksum', async () => {
  const [one, two] = [randomBytes(MIN), randomBytes(10)];
  const upload = await begin('whole', { Metadata: { a: '1' }, ChecksumAlgorithm: 'CRC32' });
  const second = await upload.part(2, two);
  const first = await upload.part(1, one);
  const listed = await s3.send(new ListPartsCommand(upload.at));
  expect(listed.Parts?.map((each) => [each.PartNumber, each.Size])).toEqual([
    [1, MIN],
    [2, 10],
  ]);
  const { ETag, ChecksumCRC32 } = await upload.complete([first, second]);
  const expected = md5(Buffer.concat([md5(one), md5(two)])).toString('hex');
  expect(ETag).toBe(`"${expected}-2"`);
  expect(ChecksumCRC32).toMatch(/-2$/);
  const head = await s3.send(
    new HeadObjectCommand({ Bucket, Key: 'whole', ChecksumMode: 'ENABLED' }),
  );
  expect(head).toMatchObject({ Metadata: { a: '1' }, ContentLength: MIN + 10, ChecksumCRC32 });
  const across = await s3.send(
    new GetObjectCommand({ Bucket, Key: 'whole', Range: `bytes=${MIN - 4}-${MIN + 3}` }),
  );
  expect(Buffer.from((await across.Body?.transformToByteArray()) ?? [])).toEqual(
    Buffer.concat([one.subarray(-4), two.subarray(0, 4)]),
  );
  expect(await codeOf(upload.complete([first, second]))).toBe('NoSuchUpload');
});

test('refuses parts that are unknown, out of order, or too small', async () => {
  const upload = await begin('refused');
  const small = await upload.part(1, randomBytes(10));
  const last = await upload.part(2, randomBytes(10));
  expect(await codeOf(upload.complete([last, small]))).toBe('InvalidPartOrder');
  expect(await codeOf(upload.complete([small, small]))).toBe('InvalidPartOrder');
  expect(await codeOf(upload.complete([small, last]))).toBe('EntityTooSmall');
  expect(await codeOf(upload.complete([{ ...last, ETag: '"other"' }]))).toBe('InvalidPart');
  expect(await codeOf(upload.complete([{ ...last, PartNumber: 3 }]))).toBe('InvalidPart');
  expect(await codeOf(upload.complete([]))).toBe('MalformedXML');
  expect(await codeOf(upload.part(10_001, randomBytes(1)))).toBe('InvalidArgument');
  expect(await codeOf(upload.part(0, randomBytes(1)))).toBe('InvalidArgument');
  expect(await codeOf(s3.send(new GetObjectCommand({ Bucket, Key: 'refused' })))).toBe('NoSuchKey');
  await upload.complete([last]);
});

test('an upload with declared checksums needs one for each part', async () => {
  const upload = await begin('checked', { ChecksumAlgorithm: 'CRC32' });
  const { PartNumber, ETag, ChecksumCRC32 } = await upload.part(1, randomBytes(10));
  expect(await codeOf(upload.complete([{ PartNumber, ETag }]))).toBe('InvalidRequest');
  const wrong = { PartNumber, ETag, ChecksumCRC32: 'AAAAAA==' };
  expect(await codeOf(upload.complete([wrong]))).toBe('InvalidPart');
  const other = new UploadPartCommand({
    ...upload.at,
    PartNumber: 2,
    Body: 'x',
    ChecksumAlgorithm: 'SHA256',
  });
  expect(await codeOf(s3.send(other))).toBe('InvalidRequest');
  await upload.complete([{ PartNumber, ETag, ChecksumCRC32 }]);
});

test('the full-object checksum is the same as for a single PUT', async () => {
  const body = randomBytes(MIN + 1000);
  const upload = await begin('full', { ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' });
  const parts = [
    await upload.part(1, body.subarray(0, MIN)),
    await upload.part(2, body.subarray(MIN)),
  ];
  const { ChecksumCRC32 } = await upload.complete(parts);
  const single = await s3.send(new PutObjectCommand({ Bucket, Key: 'single', Body: body }));
  expect(ChecksumCRC32).toBe(single.ChecksumCRC32);
});

test('completing can be conditional', async () => {
  const upload = await begin('there');
  const part = await upload.part(1, randomBytes(10));
  await s3.send(new PutObjectCommand({ Bucket, Key: 'there', Body: 'x' }));
  expect(await codeOf(upload.complete([part], { IfNoneMatch: '*' }))).toBe('PreconditionFailed');
  expect(await codeOf(upload.complete([part], { IfMatch: '"x"' }))).toBe('PreconditionFailed');
  await upload.complete([part]);
});

test('lists uploads until they are aborted', async () => {
  const upload = await begin('listed/ü');
  await upload.part(1, randomBytes(10));
  const list = async () =>
    (await s3.send(new ListMultipartUploadsCommand({ Bucket, Prefix: 'listed/' }))).Uploads;
  expect((await list())?.[0]).toMatchObject({ Key: 'listed/ü', UploadId: upload.at.UploadId });
  await s3.send(new AbortMultipartUploadCommand(upload.at));
  expect(await list()).toBeUndefined();
  expect(await codeOf(upload.part(2, randomBytes(1)))).toBe('NoSuchUpload');
  expect(await codeOf(s3.send(new AbortMultipartUploadCommand(upload.at)))).toBe('NoSuchUpload');
});

test('copies parts from objects', async () => {
  await s3.send(new PutObjectCommand({ Bucket, Key: 'source', Body: '0123456789' }));
  const upload = await begin('copied');
  const { CopyPartResult } = await s3.send(
    new UploadPartCopyCommand({
      ...upload.at,
      PartNumber: 1,
      CopySource: `${Bucket}/source`,
      CopySourceRange: 'bytes=2-5',
    }),
  );
  await upload.complete([{ PartNumber: 1, ETag: CopyPartResult?.ETag }]);
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: 'copied' }));
  expect(await Body?.transformToString()).toBe('2345');
});
