import { CreateBucketCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { hasher } from '../../../src/sandbox/s3/checksums.ts';
import { startSandbox } from '../../../src/sandbox/index.ts';
import type { Sandbox } from '../../../src/sandbox/index.ts';
import { clientsFor } from './clients.ts';
import { authorization, digest, raw, rawCode, rawS3 } from './raw.ts';

let folder: string;
let sandbox: Sandbox;
let s3: S3Client;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
  sandbox = await startSandbox({ folder });
  ({ s3 } = clientsFor(sandbox.url));
  await s3.send(new CreateBucketCommand({ Bucket: 'checked' }));
});
afterAll(async () => {
  await sandbox.close();
  await rm(folder, { recursive: true });
});

const HELLO_CRC32 = 'NhCmhg==';

const put = (headers: Record<string, string>, body = 'hello') =>
  rawS3(sandbox.url, 'PUT', '/checked/k', headers, body);
const stored = () => readdir(join(folder, 'bodies'));

describe('refuses a body that does not match its headers, and stores nothing', () => {
  test.each([
    ['BadDigest', { 'content-md5': digest('md5', 'other') }],
    ['InvalidDigest', { 'content-md5': 'nonsense' }],
    ['BadDigest', { 'x-amz-checksum-sha256': digest('sha256', 'other') }],
    ['BadDigest', { 'x-amz-checksum-sha1': digest('sha1', 'other') }],
    ['BadDigest', { 'x-amz-checksum-crc32': 'AAAAAA==' }],
    ['BadDigest', { 'x-amz-checksum-crc32c': 'AAAAAA==' }],
    ['BadDigest', { 'x-amz-checksum-crc64nvme': 'AAAAAAAAAAA=' }],
    ['InvalidRequest', { 'x-amz-checksum-crc32': 'short' }],
    ['InvalidRequest', { 'x-amz-sdk-checksum-algorithm': 'CRC32' }],
    ['InvalidRequest', { 'x-amz-checksum-crc32': 'AAAAAA==', 'x-amz-checksum-crc32c': 'AAAAAA==' }],
    ['XAmzContentSHA256Mismatch', { 'x-amz-content-sha256': digest('sha256', 'other', 'hex') }],
    ['InvalidArgument', { 'x-amz-content-sha256': 'nonsense' }],
  ])('%s for %j', async (code, headers) => {
    expect(rawCode(await put(headers as Record<string, string>))).toBe(code);
    expect(await stored()).toEqual([]);
  });

  test('if it ends early', async () => {
    const { hostname, port } = new URL(sandbox.url);
    const headers = {
      authorization: authorization('s3'),
      'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
      'content-length': '100',
    };
    const outgoing = request({ hostname, port, method: 'PUT', path: '/checked/k', headers });
    outgoing.on('error', () => {});
    outgoing.write('only this');
    await sleep(100);
    expect(await stored()).toHaveLength(1);
    outgoing.destroy();
    await expect.poll(stored).toEqual([]);
  });

  test('if its length is not declared', async () => {
    const headers = {
      authorization: authorization('s3'),
      'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
      'transfer-encoding': 'chunked',
    };
    const answer = await raw(sandbox.url, 'PUT', '/checked/k', headers, 'hello');
    expect([answer.status, rawCode(answer)]).toEqual([411, 'MissingContentLength']);
  });
});

const putChunked = (lines: string[], more: Record<string, string> = {}) =>
  put(
    {
      'content-encoding': 'aws-chunked',
      'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      'x-amz-decoded-content-length': '5',
      'x-amz-trailer': 'x-amz-checksum-crc32',
      ...more,
    },
    lines.join('\r\n'),
  );

describe('an aws-chunked body', () => {
  test.each([
    ['a wrong trailer', ['5', 'hello', '0', 'x-amz-checksum-crc32:AAAAAA==', '', ''], 'BadDigest'],
    ['no trailer', ['5', 'hello', '0', '', ''], 'MalformedTrailerError'],
    [
      'too little',
      ['4', 'hell', '0', `x-amz-checksum-crc32:${HELLO_CRC32}`, '', ''],
      'IncompleteBody',
    ],
    [
      'too much',
      ['6', 'hello!', '0', `x-amz-checksum-crc32:${HELLO_CRC32}`, '', ''],
      'IncompleteBody',
    ],
    ['no last chunk', ['5', 'hello', ''], 'IncompleteBody'],
    ['a wrong size', ['zz', 'hello', '0', '', ''], 'IncompleteBody'],
    ['a chunk longer than said', ['4', 'hello', '0', '', ''], 'IncompleteBody'],
  ])('is refused with %s', async (_what, lines, code) => {
    expect(rawCode(await putChunked(lines))).toBe(code);
    expect(await stored()).toEqual([]);
  });

  test('is decoded, signed or not', async () => {
    const unsigned = ['3', 'hel', '2', 'lo', '0', `x-amz-checksum-crc32:${HELLO_CRC32}`, '', ''];
    expect((await putChunked(unsigned)).status).toBe(200);
    const signed = ['5;chunk-signature=ab', 'hello', '0;chunk-signature=cd', '', ''];
    const answer = await put(
      {
        'content-encoding': 'aws-chunked,gzip',
        'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
        'x-amz-decoded-content-length': '5',
      },
      signed.join('\r\n'),
    );
    expect(answer.status).toBe(200);
    const got = await s3.send(new GetObjectCommand({ Bucket: 'checked', Key: 'k' }));
    expect(got.ContentEncoding).toBe('gzip');
    expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).toString()).toBe('hello');
  });
});

test.each(['CRC32', 'CRC32C', 'SHA1', 'SHA256'] as const)(
  'checks and stores the %s of the SDK, which the SDK checks on reading',
  async (ChecksumAlgorithm) => {
    const at = { Bucket: 'checked', Key: ChecksumAlgorithm };
    const sent = await s3.send(new PutObjectCommand({ ...at, Body: 'hello', ChecksumAlgorithm }));
    const got = await s3.send(new GetObjectCommand({ ...at, ChecksumMode: 'ENABLED' }));
    expect(await got.Body?.transformToString()).toBe('hello');
    const name = `Checksum${ChecksumAlgorithm}` as const;
    expect(got[name]).toBeTruthy();
    expect(got[name]).toBe(sent[name]);
  },
);

test.each([
  ['crc32', 'cbf43926'],
  ['crc32c', 'e3069283'],
  ['crc64nvme', 'ae8b14860a799888'],
] as const)('%s gives its published check value', (algorithm, expected) => {
  const hash = hasher(algorithm);
  hash.update(Buffer.from('1234'));
  hash.update(Buffer.from('56789'));
  expect(hash.digest().toString('hex')).toBe(expected);
});
