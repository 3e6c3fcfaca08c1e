import { describe, expect, test } from 'vitest';
import {
  extensionOf,
  formatPointer,
  objectKey,
  parameterIn,
  parseS3Url,
  pointerOf,
} from '../../../src/crypto/pointer.ts';

const SHA256 = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';

test.each(['', '.tar', '.tar.gz'])('reads back a pointer with the extension %j', (extension) => {
  const key = objectKey('/apps/superman/tls/keystore', SHA256, extension);
  expect(key).toBe(`apps/superman/tls/keystore/v3-${SHA256}${extension}`);
  const pointer = { bucket: 'superman-secrets', key };
  expect(formatPointer(pointer)).toBe(`s3://superman-secrets/${key}`);
  expect(pointerOf({ type: 'String', value: formatPointer(pointer) })).toEqual({
    ...pointer,
    sha256: SHA256,
    isBound: true,
  });
  expect(parameterIn(pointer)).toBe('/apps/superman/tls/keystore');
  expect(extensionOf(pointer)).toBe(extension === '' ? undefined : extension);
});

test('a name of others binds to no parameter', () => {
  const value = `s3://b-1/apps/superman/${SHA256}.tar`;
  const pointer = pointerOf({ type: 'String', value });
  expect(pointer).toEqual({ bucket: 'b-1', key: `apps/superman/${SHA256}.tar`, sha256: SHA256 });
});

describe('is not a pointer:', () => {
  test.each([
    ['text', 'hello'],
    ['a URL without a digest', 's3://bucket/some/file.txt'],
    ['another version than 3', `s3://bucket/a/v4-${SHA256}`],
    ['a digest that is too short', `s3://bucket/a/${SHA256.slice(1)}`],
    ['a digest that is too long', `s3://bucket/a/0${SHA256}`],
    ['a digest in upper case', `s3://bucket/a/${SHA256.toUpperCase()}`],
    ['a digest that is a folder', `s3://bucket/${SHA256}/a`],
    ['another scheme', `https://bucket/a/${SHA256}`],
    ['no bucket', `s3:///a/${SHA256}`],
    ['a bucket that S3 would refuse', `s3://Bucket_/a/${SHA256}`],
    ['a line break after it', `s3://bucket/a/${SHA256}\n`],
    ['something before it', ` s3://bucket/a/${SHA256}`],
  ])('%s', (_, value) => expect(pointerOf({ type: 'String', value: value })).toBeUndefined());
});

test('a secret is no pointer, even if it reads like one', () => {
  const value = `s3://bucket/a/${SHA256}`;
  expect(pointerOf({ type: 'String', value })).toBeDefined();
  expect(pointerOf({ type: 'SecureString', value })).toBeUndefined();
});

test('accepts a typed URL without a digest', () => {
  expect(parseS3Url('s3://bucket/some/file.txt')).toEqual({
    bucket: 'bucket',
    key: 'some/file.txt',
    sha256: undefined,
  });
  expect(parseS3Url('s3://bucket/')).toBeUndefined();
  expect(parseS3Url('s3://bucket')).toBeUndefined();
});
