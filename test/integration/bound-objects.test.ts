import { DecryptCommand, GenerateDataKeyCommand } from '@aws-sdk/client-kms';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { encrypt } from '../../src/actions/encrypt.ts';
import { get } from '../../src/actions/get.ts';
import { open } from '../../src/actions/secrets.ts';
import { sync } from '../../src/actions/sync.ts';
import { parseMetadata } from '../../src/crypto/object-format.ts';
import { objectContext } from '../../src/crypto/object-v3.ts';
import { useAws } from '../support/aws.ts';
import { failureOf } from '../support/failure.ts';
import { materials, writeOlder } from '../support/older-writer.ts';
import { createScene } from '../support/scene.ts';
import { storedIn } from '../support/stored.ts';
import { createTools } from '../support/tools.ts';
import { readRaw, type Raw } from '../support/v3-reader.ts';

const aws = await useAws();
const stored = storedIn(aws);
const { tools } = createTools(aws);
await aws.createKey(aws.fileKeyAlias);

/** Two secrets in S3, `ks` and `other`. */
async function createSynced() {
  const app = await createScene(
    aws,
    ['ks', 'other']
      .map(
        (name) => `  - {name: ${name}, type: SecureString, store: s3, value: value of ${name}}\n`,
      )
      .join(''),
  );
  const file = app.path('app.yml');
  await encrypt(tools, [file]);
  await sync(tools, [file], { yes: true });
  const { ks = '', other = '' } = await stored.values(app.prefix);
  const keyIn = (url: string) => url.slice(`s3://${aws.bucket}/`.length);
  const names = { ks: `${app.prefix}ks`, other: `${app.prefix}other` };
  return { ...app, file, names, urls: { ks, other }, keys: { ks: keyIn(ks), other: keyIn(other) } };
}

async function overwrite(Key: string, { body: Body, metadata: Metadata }: Raw) {
  await aws.s3.send(new PutObjectCommand({ Bucket: aws.bucket, Key, Body, Metadata }));
}

const text = async (selector: string, options = {}) =>
  (await get(tools, selector, options)).toString();

test('an object opens for the parameter that points to it, and is named by its format', async () => {
  const { names, keys } = await createSynced();
  expect(await text(names.ks)).toBe('value of ks');
  expect(keys.ks).toMatch(new RegExp(`^${names.ks.slice(1)}/v3-[0-9a-f]{64}$`));
});

test('KMS refuses its data key for another parameter, and without one', async () => {
  const { names, keys } = await createSynced();
  const { wrapped } = parseMetadata((await readRaw(aws, keys.ks)).metadata);
  const decrypt = (EncryptionContext: Record<string, string>) =>
    aws.kms.send(new DecryptCommand({ CiphertextBlob: wrapped, EncryptionContext }));
  expect((await decrypt({ ...objectContext(names.ks) })).Plaintext).toHaveLength(32);
  const refusal = { name: 'InvalidCiphertextException' };
  await expect(decrypt({ ...objectContext(names.other) })).rejects.toMatchObject(refusal);
  await expect(decrypt({ 'aws:x-amz-cek-alg': '115' })).rejects.toMatchObject(refusal);
});

describe('is refused, and nothing of it is told:', () => {
  test('a pointer that was turned to the object of another parameter', async () => {
    const { names, urls, file } = await createSynced();
    await stored.put(names.ks, urls.other);
    for (const read of [
      () => text(names.ks),
      () => open(tools, file, { from: 'aws', only: ['ks'] }),
    ]) {
      const failure = await failureOf(read);
      expect(failure.code).toBe('tampered');
      expect(failure.message).toContain(`belongs to ${names.other}, not to ${names.ks}`);
    }
  });

  test('the same with metadata that names the parameter: KMS refuses it', async () => {
    const { names, urls, keys } = await createSynced();
    const { body, metadata } = await readRaw(aws, keys.other);
    const context = JSON.stringify(objectContext(names.ks));
    await overwrite(keys.other, { body, metadata: { ...metadata, 'x-amz-t': context } });
    await stored.put(names.ks, urls.other);
    const failure = await failureOf(() => text(names.ks));
    expect(failure.code).toBe('tampered');
    expect(failure.message).toContain('kms:Decrypt');
  });

  test('an object of an older format under the name of a V3 object', async () => {
    const { names, keys } = await createSynced();
    const older = await writeOlder(aws, Buffer.from('planted'), materials(2, aws.kmskey));
    await overwrite(keys.ks, await readRaw(aws, older.url.slice(`s3://${aws.bucket}/`.length)));
    const failure = await failureOf(() => text(names.ks));
    expect(failure.code).toBe('tampered');
    expect(failure.message).toContain('its name promises the format V3, and it is V2');
  });

  test("an object under another key than the manifest's, and one in another bucket", async () => {
    const { names, urls, file } = await createSynced();
    const other = await aws.createKey();
    const planted = await aws.kms.send(
      new GenerateDataKeyCommand({
        KeyId: other,
        KeySpec: 'AES_256',
        EncryptionContext: { ...objectContext(names.ks) },
      }),
    );
    const key = urls.ks.slice(`s3://${aws.bucket}/`.length);
    const { body, metadata } = await readRaw(aws, key);
    const wrapped = Buffer.from(planted.CiphertextBlob ?? []).toString('base64');
    await overwrite(key, { body, metadata: { ...metadata, 'x-amz-3': wrapped } });
    const read = () => open(tools, file, { from: 'aws', only: ['ks'] });
    // KMS calls it the wrong key; moto calls it denied.
    expect(['key', 'denied']).toContain((await failureOf(read)).code);
    await stored.put(names.ks, urls.ks.replace(aws.bucket, 'others-bucket'));
    const failure = await failureOf(read);
    expect(failure.code).toBe('tampered');
    expect(failure.message).toContain('others-bucket');
  });
});

async function readOld(source: string, options = {}): Promise<string[]> {
  const values = await open(tools, source, { from: 'aws', only: ['old'], ...options });
  return [...values.values()].map(String);
}

/** A parameter `old`, which points to an object as another program wrote it. */
async function createOlder(path: (prefix: string) => string) {
  const app = await createScene(aws, '  - {name: old, type: SecureString, value: x}\n');
  const name = `${app.prefix}old`;
  const older = { ...materials(2, aws.kmskey), path: path(app.prefix), parameter: name };
  await writeOlder(aws, Buffer.from('an older value'), older);
  const sources = [app.path('app.yml'), app.prefix];
  return { app, name, sources };
}

describe('an object that names no parameter', () => {
  test.each([
    ["in the folder of its parameter's path", (prefix: string) => prefix.slice(0, -1)],
    ['below the name of its parameter', (prefix: string) => `${prefix}old`],
  ])('%s is read by all', async (_, path) => {
    const { name, sources } = await createOlder(path);
    expect(await text(name)).toBe('an older value');
    for (const source of sources) expect(await readOld(source)).toEqual(['an older value']);
  });

  test('and lies elsewhere is read by get, and passed on only with --allow-foreign', async () => {
    const { app, name, sources } = await createOlder(() => `/${aws.unique('prod')}/db`);
    expect(await text(name)).toBe('an older value');
    for (const source of sources) {
      const failure = await failureOf(() => readOld(source));
      expect(failure.code).toBe('tampered');
      expect(failure.message).toContain(`is not below ${app.prefix.slice(1)}`);
      expect(failure.hint).toContain('--allow-foreign');
      expect(await readOld(source, { allowForeign: true })).toEqual(['an older value']);
    }
  });
});

describe('a URL', () => {
  test('belongs to the parameter that its folder spells', async () => {
    const { urls } = await createSynced();
    expect(await text(urls.ks)).toBe('value of ks');
    const failure = await failureOf(() => text(urls.ks, { parameter: '/another' }));
    expect(failure.code).toBe('tampered');
  });

  test('in a folder of another name needs the parameter', async () => {
    const { names, keys } = await createSynced();
    const moved = `elsewhere/${keys.ks.split('/').at(-1)}`;
    await overwrite(moved, await readRaw(aws, keys.ks));
    const url = `s3://${aws.bucket}/${moved}`;
    const failure = await failureOf(() => text(url));
    expect(failure.hint).toContain('--parameter');
    expect(await text(url, { parameter: names.ks })).toBe('value of ks');
  });
});
