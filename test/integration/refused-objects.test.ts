import { randomBytes } from 'node:crypto';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import { coffer } from '../support/cli.ts';
import { materials, writeOlder, type Fields, type Older } from '../support/older-writer.ts';
import { createPutScene } from '../support/put.ts';
import { readRaw } from '../support/v3-reader.ts';
import { createWorkspace } from '../support/workspace.ts';

const aws = await useAws();
const SECRET = createCanary();
const PLAINTEXT = Buffer.concat([Buffer.from(SECRET), randomBytes(5000)]);
const [V1, V2] = [materials(1, aws.kmskey), materials(2, aws.kmskey)];

/** Nothing of the object is printed, and one error names its parameter. */
async function expectRefused({ name, url }: Older, why: string | RegExp): Promise<void> {
  const { folder, files } = await createWorkspace();
  for (const flags of [[name], [url, '-o', 'out']]) {
    const { code, stdout, stderr } = await coffer(['get', ...flags], { cwd: folder, env: aws.env });
    expect(code, stderr).toBe(1);
    expect(stdout).toHaveLength(0);
    expect(stderr).toMatch(why);
    expect(stderr).toContain(url);
    expect(stderr.match(/error:/g)).toHaveLength(1);
    expectHidden(SECRET, { stderr });
  }
  expect(await files()).toEqual([]);
}

const set = (changes: Fields) => (fields: Fields) => ({ ...fields, ...changes });
const drop = (name: string) => (fields: Fields) => {
  const { [name]: _, ...rest } = fields;
  return rest;
};
const CBC = 'AES/CBC/PKCS5Padding';

describe('get refuses an older object', () => {
  test.each<[string, Omit<Parameters<typeof writeOlder>[2], 'path'>, string]>([
    [
      'whose content is not authenticated (V1, CBC)',
      { ...V1, cipher: 'aes-256-cbc', alter: set({ 'x-amz-cek-alg': CBC }) },
      'not authenticated',
    ],
    ['that calls its CBC content GCM', { ...V1, cipher: 'aes-256-cbc' }, 'x-amz-iv is damaged'],
    ['without a content algorithm', { ...V1, alter: drop('x-amz-cek-alg') }, 'not authenticated'],
    [
      'whose tag is short',
      { ...V1, alter: set({ 'x-amz-tag-len': '96' }) },
      'its tag is not 128 bits long',
    ],
    [
      'of V1 that names no KMS key',
      { ...V1, context: { team: '17' } },
      'does not name its KMS key',
    ],
    [
      'of V2 whose description contradicts it',
      { ...V2, context: { 'aws:x-amz-cek-alg': CBC } },
      'contradicts itself',
    ],
    [
      'of V2 whose description does not name the algorithm',
      { ...V2, context: { team: '17' } },
      'contradicts itself',
    ],
    [
      'of V2 that claims to be V1',
      { ...V2, alter: set({ 'x-amz-wrap-alg': 'kms' }) },
      'does not name its KMS key',
    ],
    ['wrapped by AES', { ...V1, wrapAlg: 'AESWrap' }, 'names an algorithm'],
    ['without a wrapping algorithm', { ...V1, alter: drop('x-amz-wrap-alg') }, 'an algorithm'],
    ['without its key', { ...V1, alter: drop('x-amz-key-v2') }, 'x-amz-key-v2 is missing'],
    ['without its IV', { ...V1, alter: drop('x-amz-iv') }, 'x-amz-iv is missing'],
    ['with an empty IV', { ...V1, alter: set({ 'x-amz-iv': '' }) }, 'x-amz-iv is missing'],
    [
      'with a description that is no JSON',
      { ...V1, alter: set({ 'x-amz-matdesc': '{' }) },
      'x-amz-matdesc is damaged',
    ],
    [
      'with a description that is no map of texts',
      { ...V1, alter: set({ 'x-amz-matdesc': '{"kms_cmk_id": 1}' }) },
      'x-amz-matdesc is damaged',
    ],
    [
      'that bears marks of V3, too',
      { ...V1, alter: set({ 'x-amz-c': '115' }) },
      'mixes two formats',
    ],
    [
      'whose description was altered',
      { ...V2, alter: set({ 'x-amz-matdesc': JSON.stringify({ ...V2.context, team: '18' }) }) },
      'kms:Decrypt',
    ],
  ])('%s', async (_, request, why) => {
    await expectRefused(await writeOlder(aws, PLAINTEXT, request), new RegExp(why));
  });

  test('of an unknown format', async () => {
    const older = await writeOlder(aws, PLAINTEXT, { ...V1, alter: () => ({ other: 'x' }) });
    await expectRefused(older, 'was not written by coffer or another');
  });

  test.each([
    ['everything', () => ({})],
    ['its wrapped key', set({ 'x-amz-key-v2': '' })],
  ])('whose metadata lacks %s, which may be in an instruction file', async (_, alter) => {
    const older = await writeOlder(aws, PLAINTEXT, { ...V2, alter });
    await expectRefused(older, 'instruction file');
  });

  test('whose plaintext does not match its name', async () => {
    const [one, other] = [randomBytes(100), randomBytes(100)];
    const { url: wrong } = await writeOlder(aws, one, V1);
    const { url } = await writeOlder(aws, other, V1);
    const raw = await readRaw(aws, url.slice(`s3://${aws.bucket}/`.length));
    const Key = wrong.slice(`s3://${aws.bucket}/`.length);
    await aws.s3.send(
      new PutObjectCommand({
        Bucket: aws.bucket,
        Key,
        Body: raw.body,
        Metadata: raw.metadata,
      }),
    );
    await expectRefused({ name: wrong, url: wrong }, 'does not match the digest in its name');
  });
});

describe('get refuses a V3 object', () => {
  test.each<[string, (fields: Fields) => Fields, string]>([
    ['of another suite', set({ 'x-amz-c': '114' }), 'names an algorithm'],
    ['wrapped in another way', set({ 'x-amz-w': '02' }), 'names an algorithm'],
    ['without its suite', drop('x-amz-c'), 'names an algorithm'],
    ['without its wrapped key', drop('x-amz-3'), 'x-amz-3 is missing'],
    ['without its message id', drop('x-amz-i'), 'x-amz-i is missing'],
    ['with a short message id', set({ 'x-amz-i': 'AAAA' }), 'x-amz-i is damaged'],
    ['with a short commitment', set({ 'x-amz-d': 'AAAA' }), 'x-amz-d is damaged'],
    ['with base64 that is not strict', (f) => ({ ...f, 'x-amz-d': `${f['x-amz-d']}=` }), 'x-amz-d'],
    ['in another context', set({ 'x-amz-t': '{"aws:x-amz-cek-alg":"114"}' }), 'belongs to no'],
    ['whose context is a list', set({ 'x-amz-t': '["115"]' }), 'x-amz-t is damaged'],
    ['with an IV', set({ 'x-amz-iv': 'AAAAAAAAAAAAAAAA' }), 'mixes two formats'],
  ])('%s', async (_, alter, why) => {
    const app = await createPutScene(aws);
    const { key, url } = await app.put('data', PLAINTEXT);
    const { body, metadata } = await readRaw(aws, key);
    await aws.s3.send(
      new PutObjectCommand({
        Bucket: aws.bucket,
        Key: key,
        Body: body,
        Metadata: alter(metadata),
      }),
    );
    await expectRefused({ name: `${app.prefix}data`, url }, new RegExp(why));
  });
});
