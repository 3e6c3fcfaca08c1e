import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { EncryptCommand } from '@aws-sdk/client-kms';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createWorkspace } from '../support/workspace.ts';
import { coffer } from '../support/cli.ts';

const aws = await useAws();
const PLAINTEXT = randomBytes(10_000);

/** Writes an object as the older clients did, and a parameter that points to it. */
async function put(wrapAlg: string, context: Record<string, string>, storedContext = context) {
  const dataKey = randomBytes(32);
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', dataKey, iv);
  const body = Buffer.concat([cipher.update(PLAINTEXT), cipher.final(), cipher.getAuthTag()]);
  const { CiphertextBlob = new Uint8Array() } = await aws.kms.send(
    new EncryptCommand({ KeyId: aws.kmskey, Plaintext: dataKey, EncryptionContext: context }),
  );
  const name = `/${aws.unique('older')}/archive`;
  // s3-kms-ssm-secrets named its objects by their plaintext.
  const key = `${name.slice(1)}/${createHash('sha256').update(PLAINTEXT).digest('hex')}.tar`;
  await aws.s3.send(
    new PutObjectCommand({
      Bucket: aws.bucket,
      Key: key,
      Body: body,
      Metadata: {
        'x-amz-key-v2': Buffer.from(CiphertextBlob).toString('base64'),
        'x-amz-iv': iv.toString('base64'),
        'x-amz-wrap-alg': wrapAlg,
        'x-amz-cek-alg': 'AES/GCM/NoPadding',
        'x-amz-tag-len': '128',
        'x-amz-matdesc': JSON.stringify(storedContext),
        'x-amz-unencrypted-content-length': String(PLAINTEXT.length),
      },
    }),
  );
  const Value = `s3://${aws.bucket}/${key}`;
  await aws.ssm.send(new PutParameterCommand({ Name: name, Value, Type: 'String' }));
  return name;
}

async function get(name: string) {
  const { folder } = await createWorkspace();
  return coffer(['get', name], { cwd: folder, env: aws.env });
}

const V1 = { kms_cmk_id: aws.kmskey };
const V2 = { 'aws:x-amz-cek-alg': 'AES/GCM/NoPadding' };

describe('get reads what was written by', () => {
  test.each([
    ['s3-kms-ssm-secrets (V1, kms)', 'kms', V1],
    ['a V2 client (kms+context)', 'kms+context', V2],
    ['a V2 client that kept kms_cmk_id', 'kms+context', { ...V1, ...V2 }],
  ])('%s', async (_, wrapAlg, context) => {
    const { code, stdout, stderr } = await get(await put(wrapAlg, context));
    expect(code, stderr).toBe(0);
    expect(stdout.equals(PLAINTEXT)).toBe(true);
  });
});

test.each([
  ['V1', 'kms', V1, { ...V1, team: '17' }],
  ['V2', 'kms+context', V2, { ...V2, team: '17' }],
])('%s whose context was altered does not open', async (_, wrapAlg, context, stored) => {
  const { code, stdout, stderr } = await get(await put(wrapAlg, context, stored));
  expect(code).toBe(1);
  expect(stdout).toHaveLength(0);
  expect(stderr).toMatch(/^coffer: error: s3:.*ciphertext/);
});
