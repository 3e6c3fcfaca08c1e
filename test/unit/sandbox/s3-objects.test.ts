import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3';
import type { PutObjectCommandInput, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { startSandbox } from '../../../src/sandbox/index.ts';
import type { Sandbox } from '../../../src/sandbox/index.ts';
import { clientsFor, codeOf, errorOf } from './clients.ts';

let sandbox: Sandbox;
let s3: S3Client;
const Bucket = 'objects';

beforeAll(async () => {
  sandbox = await startSandbox();
  ({ s3 } = clientsFor(sandbox.url));
  await s3.send(new CreateBucketCommand({ Bucket }));
});
afterAll(() => sandbox.close());

const put = (Key: string, Body: string, more: Partial<PutObjectCommandInput> = {}) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
const get = (Key: string, more: object = {}) =>
  s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
const text = async (Key: string, more: object = {}) =>
  (await get(Key, more)).Body?.transformToString();

describe('an object', () => {
  test.each(['plain', 'a b', 'a+b', 'ü/€/𝄞', 'a//b', './..', '%41', 'a&<>"\'', '?x=1#y'])(
    'is found under the key %s, and listed with it',
    async (key) => {
      await put(`keys/${key}`, key);
      expect(await text(`keys/${key}`)).toBe(key);
      const list = new ListObjectsV2Command({ Bucket, Prefix: `keys/${key}` });
      expect((await s3.send(list)).Contents?.[0]?.Key).toBe(`keys/${key}`);
    },
  );

  test('has a key of 1024 bytes at most', async () => {
    await put('ü'.repeat(512), 'x');
    expect(await codeOf(put(`${'ü'.repeat(512)}x`, 'x'))).toBe('KeyTooLongError');
  });

  test('keeps its metadata, type, tags and encryption', async () => {
    await put('described', 'body', {
      Metadata: { one: '1', two: 'a, b' },
      ContentType: 'text/plain',
      CacheControl: 'no-store',
      Tagging: 'a=1&b=x%20y',
      ServerSideEncryption: 'aws:kms',
    });
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'described' }));
    expect(head).toMatchObject({
      Metadata: { one: '1', two: 'a, b' },
      ContentType: 'text/plain',
      CacheControl: 'no-store',
      ContentLength: 4,
      ETag: '"841a2d689ad86bd1611447453c22c6fc"',
      ServerSideEncryption: 'aws:kms',
      SSEKMSKeyId: expect.stringMatching(/^arn:aws:kms:us-east-1:111122223333:key\//),
      LastModified: expect.any(Date),
    });
    const tags = await s3.send(new GetObjectTaggingCommand({ Bucket, Key: 'described' }));
    expect(tags.TagSet).toEqual([
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: 'x y' },
    ]);
  });

  test('has at most 2 KB of metadata, and no ACL', async () => {
    await put('meta', 'x', { Metadata: { m: 'x'.repeat(2047) } });
    expect(await codeOf(put('meta', 'x', { Metadata: { m: 'x'.repeat(2048) } }))).toBe(
      'MetadataTooLarge',
    );
    expect(await codeOf(put('acl', 'x', { ACL: 'public-read' }))).toBe(
      'AccessControlListNotSupported',
    );
    const key = { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: 'alias/none' } as const;
    expect(await codeOf(put('kms', 'x', key))).toBe('KMS.NotFoundException');
  });

  test('is NoSuchKey if it does not exist, and 404 for HEAD', async () => {
    expect(await codeOf(get('none'))).toBe('NoSuchKey');
    const head = await errorOf(s3.send(new HeadObjectCommand({ Bucket, Key: 'none' })));
    expect(head.$metadata?.httpStatusCode).toBe(404);
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'none' }));
  });

  test('can be empty', async () => {
    await put('empty', '');
    expect(await text('empty')).toBe('');
    expect(await codeOf(get('empty', { Range: 'bytes=0-0' }))).toBe('InvalidRange');
  });
});

describe('reading', () => {
  beforeAll(() => put('digits', '0123456789'));

  test.each([
    ['bytes=2-4', '234', 'bytes 2-4/10'],
    ['bytes=7-', '789', 'bytes 7-9/10'],
    ['bytes=-3', '789', 'bytes 7-9/10'],
    ['bytes=8-99', '89', 'bytes 8-9/10'],
    ['bytes=-99', '0123456789', 'bytes 0-9/10'],
    ['bytes=0-1,4-5', '0123456789', undefined],
  ])('the range %s', async (Range, expected, shown) => {
    const answer = await get('digits', { Range });
    expect(await answer.Body?.transformToString()).toBe(expected);
    expect(answer.ContentRange).toBe(shown);
    expect(answer.$metadata.httpStatusCode).toBe(shown === undefined ? 200 : 206);
  });

  test('past the end is InvalidRange', async () => {
    const error = await errorOf(get('digits', { Range: 'bytes=10-' }));
    expect([error.name, error.$metadata?.httpStatusCode]).toEqual(['InvalidRange', 416]);
  });

  test('under conditions', async () => {
    const { ETag = '' } = await s3.send(new HeadObjectCommand({ Bucket, Key: 'digits' }));
    expect(await text('digits', { IfMatch: ETag })).toBe('0123456789');
    expect(await codeOf(get('digits', { IfMatch: '"other"' }))).toBe('PreconditionFailed');
    const same = await errorOf(get('digits', { IfNoneMatch: ETag }));
    expect(same.$metadata?.httpStatusCode).toBe(304);
  });
});

describe('writing under conditions', () => {
  test('only if nothing is there', async () => {
    await put('once', '1', { IfNoneMatch: '*' });
    const again = await errorOf(put('once', '2', { IfNoneMatch: '*' }));
    expect([again.name, again.$metadata?.httpStatusCode]).toEqual(['PreconditionFailed', 412]);
    expect(await text('once')).toBe('1');
  });

  test('lets one of many concurrent writes win', async () => {
    const writes = Array.from({ length: 8 }, (_, index) =>
      put('race', String(index), { IfNoneMatch: '*' }).then(
        () => 'written',
        (error: Error) => error.name,
      ),
    );
    const outcomes = (await Promise.all(writes)).sort();
    expect(outcomes).toEqual([...Array.from({ length: 7 }, () => 'PreconditionFailed'), 'written']);
  });

  test('only over the given ETag', async () => {
    const { ETag } = await put('known', '1');
    expect(await codeOf(put('known', '2', { IfMatch: '"other"' }))).toBe('PreconditionFailed');
    await put('known', '2', { IfMatch: ETag });
    expect(await codeOf(put('unknown', '2', { IfMatch: ETag }))).toBe('NoSuchKey');
  });
});

const list = async (more: object) =>
  s3.send(new ListObjectsV2Command({ Bucket: 'listed', ...more }));
const listedKeys = async (more: object) => (await list(more)).Contents?.map((each) => each.Key);

describe('listing', () => {
  beforeAll(async () => {
    await s3.send(new CreateBucketCommand({ Bucket: 'listed' }));
    for (const Key of ['a', 'b/1', 'b/2', 'b/c/3', 'd', 'e+f g', '\uFFFD', '𝄞']) {
      await s3.send(new PutObjectCommand({ Bucket: 'listed', Key, Body: Key }));
    }
  });

  test('is sorted by UTF-8 bytes', async () => {
    expect(await listedKeys({})).toEqual(['a', 'b/1', 'b/2', 'b/c/3', 'd', 'e+f g', '\uFFFD', '𝄞']);
  });

  test('supports prefix, delimiter and start', async () => {
    expect(await listedKeys({ Prefix: 'b/' })).toEqual(['b/1', 'b/2', 'b/c/3']);
    expect(await listedKeys({ StartAfter: 'd' })).toEqual(['e+f g', '\uFFFD', '𝄞']);
    const folder = await list({ Prefix: 'b/', Delimiter: '/' });
    expect(folder.CommonPrefixes).toEqual([{ Prefix: 'b/c/' }]);
    expect(folder.KeyCount).toBe(3);
    expect(await listedKeys({ Prefix: 'e', EncodingType: 'url' })).toEqual(['e%2Bf+g']);
  });

  test('pages through everything once, also with a delimiter', async () => {
    const seen: (string | undefined)[] = [];
    const pages = paginateListObjectsV2(
      { client: s3, pageSize: 1 },
      { Bucket: 'listed', Delimiter: '/' },
    );
    for await (const page of pages) {
      const entries = [...(page.Contents ?? []), ...(page.CommonPrefixes ?? [])];
      expect(entries).toHaveLength(1);
      seen.push(...(page.Contents ?? []).map((each) => each.Key));
      seen.push(...(page.CommonPrefixes ?? []).map((each) => each.Prefix));
    }
    expect(seen).toEqual(['a', 'b/', 'd', 'e+f g', '\uFFFD', '𝄞']);
    const old = await s3.send(
      new ListObjectsCommand({ Bucket: 'listed', MaxKeys: 2, Marker: 'a' }),
    );
    expect(old.Contents?.map((each) => each.Key)).toEqual(['b/1', 'b/2']);
    expect(old.IsTruncated).toBe(true);
    expect(await codeOf(list({ ContinuationToken: 'x' }))).toBe('InvalidArgument');
  });
});

test('deletes up to 1000 objects in one request', async () => {
  await put('del/1', 'x');
  await put('del/2 & <b>', 'x');
  const Objects = [{ Key: 'del/1' }, { Key: 'del/2 & <b>' }, { Key: 'del/none' }];
  const done = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
  expect(done.Deleted?.map((each) => each.Key)).toEqual(Objects.map((each) => each.Key));
  expect(await codeOf(get('del/1'))).toBe('NoSuchKey');
  const many = Array.from({ length: 1001 }, (_, index) => ({ Key: `k${index}` }));
  const tooMany = new DeleteObjectsCommand({ Bucket, Delete: { Objects: many } });
  expect(await codeOf(s3.send(tooMany))).toBe('MalformedXML');
});

test('copies keep or replace the metadata', async () => {
  await put('from here+ü', 'body', { Metadata: { a: '1' }, ContentType: 'text/plain' });
  const CopySource = `${Bucket}/${encodeURIComponent('from here+ü')}`;
  const copy = (Key: string, more: object = {}) =>
    s3.send(new CopyObjectCommand({ Bucket, Key, CopySource, ...more }));
  const head = (Key: string) => s3.send(new HeadObjectCommand({ Bucket, Key }));
  await copy('kept');
  expect(await head('kept')).toMatchObject({ Metadata: { a: '1' }, ContentType: 'text/plain' });
  await copy('replaced', { MetadataDirective: 'REPLACE', Metadata: { b: '2' } });
  expect((await head('replaced')).Metadata).toEqual({ b: '2' });
  expect(await codeOf(copy('from here+ü'))).toBe('InvalidRequest');
  await copy('from here+ü', { MetadataDirective: 'REPLACE', Metadata: { c: '3' } });
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'from here+ü' }));
  expect(await text('kept')).toBe('body');
  expect(await codeOf(copy('again'))).toBe('NoSuchKey');
});
