import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { GenerateDataKeyCommand } from '@aws-sdk/client-kms';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import type { TestAws } from './aws.ts';

const GCM = 'AES/GCM/NoPadding';

/** The metadata of an object in an older format. */
export type Fields = Record<string, string>;

export interface Older {
  /** The parameter that points to it. */
  name: string;
  url: string;
}

/** How the two older clients of the Amazon S3 Encryption Client asked KMS for a data key. */
export function materials(version: 1 | 2, kmskey: string): { wrapAlg: string; context: Fields } {
  return version === 1
    ? { wrapAlg: 'kms', context: { kms_cmk_id: kmskey } }
    : { wrapAlg: 'kms+context', context: { 'aws:x-amz-cek-alg': GCM } };
}

/**
 * Writes an object as the older clients did, from the description of their format, and the pointer
 * that s3-kms-ssm-secrets wrote, which named its objects by their plaintext.
 */
export async function writeOlder(
  aws: Pick<TestAws, 'kms' | 's3' | 'ssm' | 'bucket' | 'kmskey' | 'unique'>,
  plaintext: Buffer,
  request: {
    wrapAlg: string;
    context: Fields;
    /** Under this prefix, which begins with a slash. */
    path?: string;
    parameter?: string | undefined;
    extension?: string;
    /** Changes the metadata on its way. */
    alter?: (fields: Fields) => Fields;
    cipher?: 'aes-256-gcm' | 'aes-256-cbc';
  },
): Promise<Older> {
  const { wrapAlg, context, extension = '', alter = (fields) => fields } = request;
  const path = request.path ?? `/${aws.unique('older')}/archive`;
  const { Plaintext = new Uint8Array(), CiphertextBlob = new Uint8Array() } = await aws.kms.send(
    new GenerateDataKeyCommand({
      KeyId: aws.kmskey,
      KeySpec: 'AES_256',
      EncryptionContext: context,
    }),
  );
  const { body, iv } = encrypt(request.cipher ?? 'aes-256-gcm', Plaintext, plaintext);
  const Key = `${path.slice(1)}/${createHash('sha256').update(plaintext).digest('hex')}${extension}`;
  const Metadata = alter({
    'x-amz-key-v2': Buffer.from(CiphertextBlob).toString('base64'),
    'x-amz-iv': iv.toString('base64'),
    'x-amz-wrap-alg': wrapAlg,
    'x-amz-cek-alg': GCM,
    'x-amz-tag-len': '128',
    'x-amz-matdesc': JSON.stringify(context),
    'x-amz-unencrypted-content-length': String(plaintext.length),
  });
  await aws.s3.send(new PutObjectCommand({ Bucket: aws.bucket, Key, Body: body, Metadata }));
  const url = `s3://${aws.bucket}/${Key}`;
  const name = request.parameter ?? path;
  await aws.ssm.send(
    new PutParameterCommand({ Name: name, Value: url, Type: 'String', Overwrite: true }),
  );
  return { name, url };
}

function encrypt(algorithm: 'aes-256-gcm' | 'aes-256-cbc', key: Uint8Array, plaintext: Buffer) {
  if (algorithm === 'aes-256-cbc') {
    const iv = randomBytes(16);
    const cipher = createCipheriv(algorithm, key, iv);
    return { iv, body: Buffer.concat([cipher.update(plaintext), cipher.final()]) };
  }
  const iv = randomBytes(12);
  const cipher = createCipheriv(algorithm, key, iv);
  return {
    iv,
    body: Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]),
  };
}
