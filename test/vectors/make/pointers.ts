import { sha256, type Vector } from './common.ts';

export const DIGEST = sha256('sealed bytes');

const good = (name: string, extension: string): Vector => {
  const parameter = '/apps/superman/tls/keystore';
  const key = `${parameter.slice(1)}/v3-${DIGEST}${extension}`;
  const value = `s3://superman-secrets/${key}`;
  return {
    name,
    type: 'String',
    value,
    bucket: 'superman-secrets',
    key,
    sha256: DIGEST,
    parameter,
    extension,
  };
};

const bad = (name: string, value: string, type = 'String'): Vector => ({
  name,
  type,
  value,
  refused: 'pointer',
});

export function pointers(): Vector[] {
  const foreign = `apps/superman/${DIGEST}.tar`;
  return [
    good('an object of coffer', ''),
    good('an extension', '.jks'),
    good('an extension with two dots', '.tar.gz'),
    {
      name: 'a name that s3-kms-ssm-secrets gave',
      type: 'String',
      value: `s3://b-1.c/${foreign}`,
      bucket: 'b-1.c',
      key: foreign,
      sha256: DIGEST,
      extension: '.tar',
    },
    bad('a text', 'hello'),
    bad('no digest', 's3://bucket/some/file.txt'),
    bad('another version than 3', `s3://bucket/a/v4-${DIGEST}`),
    bad('a digest that is too short', `s3://bucket/a/${DIGEST.slice(1)}`),
    bad('a digest that is too long', `s3://bucket/a/0${DIGEST}`),
    bad('a digest in upper case', `s3://bucket/a/${DIGEST.toUpperCase()}`),
    bad('a digest that is a folder', `s3://bucket/${DIGEST}/a`),
    bad('another scheme', `https://bucket/a/${DIGEST}`),
    bad('no bucket', `s3:///a/${DIGEST}`),
    bad('a bucket that S3 refuses', `s3://Bucket_/a/${DIGEST}`),
    bad('a line break after it', `s3://bucket/a/${DIGEST}\n`),
    bad('a space before it', ` s3://bucket/a/${DIGEST}`),
    bad('a SecureString', `s3://bucket/a/v3-${DIGEST}`, 'SecureString'),
    bad('a StringList', `s3://bucket/a/v3-${DIGEST}`, 'StringList'),
  ];
}
