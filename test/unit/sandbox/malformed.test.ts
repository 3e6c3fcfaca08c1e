import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { startSandbox } from '../../../src/sandbox/index.ts';
import type { Sandbox } from '../../../src/sandbox/index.ts';
import { clientsFor } from './clients.ts';
import { authorization, digest, raw, rawCode, rawJson, rawS3 } from './raw.ts';

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox();
  await clientsFor(sandbox.url).s3.send(new CreateBucketCommand({ Bucket: 'bucket' }));
});
afterAll(() => sandbox.close());

const presigned = (date: string) =>
  `?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AK%2F20260102%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=${date}&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=00`;

describe('a caller', () => {
  test('must sign, for the service that it calls', async () => {
    const target = { 'x-amz-target': 'AmazonSSM.GetParameter' };
    const code = async (headers: Record<string, string>, path = '/') =>
      rawCode(await raw(sandbox.url, 'POST', path, headers, '{}'));
    expect(await code(target)).toBe('MissingAuthenticationTokenException');
    expect(await code({ ...target, authorization: 'Basic x' })).toBe(
      'IncompleteSignatureException',
    );
    expect(await code({ ...target, authorization: authorization('kms') })).toBe(
      'InvalidSignatureException',
    );
    const anonymous = await raw(sandbox.url, 'GET', '/bucket/k');
    expect([anonymous.status, rawCode(anonymous)]).toEqual([403, 'AccessDenied']);
    const wrong = { authorization: authorization('ssm') };
    expect(rawCode(await rawS3(sandbox.url, 'GET', '/bucket/k', wrong))).toBe(
      'AuthorizationHeaderMalformed',
    );
    const nonsense = {
      authorization: 'AWS4-HMAC-SHA256 Credential=x, SignedHeaders=h, Signature=0',
    };
    expect(rawCode(await rawS3(sandbox.url, 'GET', '/bucket/k', nonsense))).toBe(
      'AuthorizationHeaderMalformed',
    );
  });

  test('can sign in the query, with an expiry', async () => {
    const now = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
    expect(rawCode(await raw(sandbox.url, 'GET', `/bucket/k${presigned(now)}`))).toBe('NoSuchKey');
    const late = await raw(sandbox.url, 'GET', `/bucket/k${presigned('20200101T000000Z')}`);
    expect([rawCode(late), late.body.includes('Request has expired')]).toEqual([
      'AccessDenied',
      true,
    ]);
  });
});

describe('JSON', () => {
  test.each([
    ['TrentService.Nothing', '{}', 'UnknownOperationException'],
    ['TrentService.constructor', '{}', 'UnknownOperationException'],
    ['DynamoDB.GetItem', '{}', 'UnknownOperationException'],
    ['AmazonSSM.GetParameter', '{', 'SerializationException'],
    ['AmazonSSM.GetParameter', '[]', 'SerializationException'],
    ['AmazonSSM.GetParameter', 'null', 'SerializationException'],
    ['AmazonSSM.GetParameter', '{"Name": 1}', 'SerializationException'],
    ['AmazonSSM.GetParameter', '{"Name": ["/a"]}', 'SerializationException'],
    ['AmazonSSM.GetParameter', '{}', 'ValidationException'],
    ['AmazonSSM.GetParameters', '{"Names": "/a"}', 'SerializationException'],
    ['AmazonSSM.GetParameters', '{"Names": [null]}', 'SerializationException'],
    [
      'AmazonSSM.PutParameter',
      '{"Name":"/a","Value":"v","Type":"String","Overwrite":"yes"}',
      'SerializationException',
    ],
    [
      'AmazonSSM.PutParameter',
      '{"Name":"/a","Value":"v","Type":"String","Tags":[1]}',
      'SerializationException',
    ],
    ['AmazonSSM.DescribeParameters', '{"MaxResults": 1.5}', 'SerializationException'],
    ['TrentService.Encrypt', '{"KeyId":"x","Plaintext":"%%%"}', 'SerializationException'],
    ['TrentService.Decrypt', '{"CiphertextBlob":"AQ=="}', 'InvalidCiphertextException'],
    [
      'TrentService.GenerateDataKey',
      '{"KeyId":"x","KeySpec":"AES_256","EncryptionContext":{"a":1}}',
      'SerializationException',
    ],
  ])('%s %s answers %s', async (target, body, code) => {
    const answer = await rawJson(
      sandbox.url,
      target,
      body,
      target.startsWith('Trent') ? 'kms' : 'ssm',
    );
    expect([answer.status, rawCode(answer)]).toEqual([400, code]);
    expect(answer.headers['x-amzn-requestid']).toBeTruthy();
  });

  test('is refused if it is not UTF-8, or far too long', async () => {
    const bytes = Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]);
    expect(rawCode(await rawJson(sandbox.url, 'AmazonSSM.GetParameter', bytes))).toBe(
      'SerializationException',
    );
    const long = await rawJson(sandbox.url, 'AmazonSSM.GetParameter', ' '.repeat(2 ** 21));
    expect(long.status).toBe(413);
  });
});

describe('S3', () => {
  test.each([
    ['GET', '/bucket?acl', 'NotImplemented'],
    ['PUT', '/bucket/k?acl', 'NotImplemented'],
    ['GET', '/bucket/k?versionId=x', 'NotImplemented'],
    ['PATCH', '/bucket/k', 'NotImplemented'],
    ['POST', '/', 'NotImplemented'],
    ['GET', '/bucket/%zz', 'InvalidURI'],
    ['GET', '/bucket/%ff', 'InvalidURI'],
    ['GET', '/bucket?list-type=2&max-keys=-1', 'InvalidArgument'],
    ['GET', '/bucket?list-type=2&encoding-type=x', 'InvalidArgument'],
    ['GET', '/bucket/k?uploadId=none', 'NoSuchUpload'],
    ['GET', '/__proto__/constructor', 'NoSuchBucket'],
  ])('%s %s answers %s', async (method, path, code) => {
    const answer = await rawS3(sandbox.url, method, path);
    expect(rawCode(answer)).toBe(code);
    expect(answer.headers['x-amz-request-id']).toBeTruthy();
  });

  test.each([
    '',
    'text',
    '<Delete>',
    '<Delete></Other>',
    '<Delete><Object></Delete></Object>',
    '<Delete/><Delete/>',
    '<Other/>',
    '<Delete><Object><Key>&nope;</Key></Object></Delete>',
    '<!DOCTYPE x [<!ENTITY a "b">]><Delete/>',
    '<Delete>'.repeat(1000),
    '<Delete><Object/></Delete>',
  ])('the XML %s is MalformedXML', async (body) => {
    const headers = { 'content-md5': digest('md5', body) };
    expect(rawCode(await rawS3(sandbox.url, 'POST', '/bucket?delete', headers, body))).toBe(
      'MalformedXML',
    );
  });

  test('DeleteObjects needs a checksum, and every call needs x-amz-content-sha256', async () => {
    const body = '<Delete><Object><Key>k</Key></Object></Delete>';
    expect(rawCode(await rawS3(sandbox.url, 'POST', '/bucket?delete', {}, body))).toBe(
      'InvalidRequest',
    );
    const bare = { authorization: authorization('s3') };
    expect(rawCode(await raw(sandbox.url, 'GET', '/bucket/k', bare))).toBe('InvalidRequest');
  });

  test('HEAD answers have no body, not even errors', async () => {
    const answer = await rawS3(sandbox.url, 'HEAD', '/bucket/none');
    expect([answer.status, answer.body]).toEqual([404, '']);
  });

  test('escapes names in answers', async () => {
    const key = encodeURIComponent('<&">\u0001\r\n');
    const answer = await rawS3(sandbox.url, 'GET', `/bucket/${key}`);
    expect(answer.body).toContain('<Key>&lt;&amp;&quot;&gt;&#x1;&#xd;&#xa;</Key>');
  });
});

test('refuses a client that waits for 100 Continue before it sends its body', async () => {
  const lines = [
    'PUT /none/k HTTP/1.1',
    'Host: x',
    `Authorization: ${authorization('s3')}`,
    'x-amz-content-sha256: UNSIGNED-PAYLOAD',
    'Content-Length: 1000',
    'Expect: 100-continue',
    '',
    '',
  ];
  const answer = await speak(lines.join('\r\n'));
  expect(answer).toMatch(/^HTTP\/1.1 404 /);
  expect(answer.toLowerCase()).toContain('connection: close');
  const taken = await speak(lines.join('\r\n').replace('/none/', '/bucket/') + 'x'.repeat(1000));
  expect(taken).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 OK/);
});

test('survives nonsense on the wire', async () => {
  for (const text of [
    '\0\0\0\0\r\n\r\n',
    'GET\r\n\r\n',
    'GET / HTTP/9\r\n\r\n',
    `GET /${'x'.repeat(70_000)} HTTP/1.1\r\n\r\n`,
  ]) {
    await speak(text);
  }
  expect((await rawS3(sandbox.url, 'GET', '/')).status).toBe(200);
});

function speak(text: string): Promise<string> {
  const { hostname, port } = new URL(sandbox.url);
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket.setTimeout(500, () => socket.destroy());
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer));
  });
}
