import { UpdateAliasCommand } from '@aws-sdk/client-kms';
import { expect, test } from 'vitest';
import { decryptValues } from '../../src/actions/decrypt.ts';
import { encrypt } from '../../src/actions/encrypt.ts';
import { refresh } from '../../src/actions/refresh.ts';
import { openInline, parseInline } from '../../src/crypto/inline.ts';
import { readManifest } from '../../src/manifest/index.ts';
import type { Manifest } from '../../src/manifest/model.ts';
import { Opener } from '../../src/seal/opener.ts';
import { useAws } from '../support/aws.ts';
import { failureOf } from '../support/failure.ts';
import { createScene, plain, secret } from '../support/scene.ts';
import { kmsOf } from '../support/services.ts';
import { createTools } from '../support/tools.ts';

const aws = await useAws();

const BLOB = '  - {name: big, type: SecureString, file: big}\n';
const FILES = { big: 'z'.repeat(100_000) };

/** An encrypted manifest whose alias has moved to another key. */
async function createMoved(parameters: string) {
  const alias = `alias/${aws.unique('moving')}`;
  const oldKey = await aws.createKey(alias);
  const app = await createScene(aws, parameters, { files: FILES });
  const { tools, said } = createTools(aws, { fileKey: { alias } });
  const file = app.path('app.yml');
  await encrypt(tools, [file]);
  const newKey = await aws.createKey();
  await aws.kms.send(new UpdateAliasCommand({ AliasName: alias, TargetKeyId: newKey }));
  said.notes.length = 0;
  const values = async () =>
    (await decryptValues(tools, file)).map(({ bytes }) => bytes.toString());
  const ciphertext = async () => (await app.text('app.yml')).match(/ENC\[[^\]]*\]|sha256: "?\w+/g);
  return { app, tools, said, file, oldKey, newKey, values, ciphertext };
}

test('KMS re-encrypts the data keys; values and blobs stay byte for byte', async () => {
  const { app, tools, said, file, oldKey, newKey, values, ciphertext } = await createMoved(
    secret('a', 'one') + BLOB,
  );
  const before = await ciphertext();
  const report = { file, changed: true, encryptedWith: newKey, rewrapped: 2, resealed: 0 };
  expect(await refresh(tools, [file], { acceptFileKey: oldKey })).toEqual([report]);
  expect(said.notes).toEqual([
    `${file}: now under ${newKey} (2 data keys re-encrypted, 0 values encrypted again)`,
  ]);
  expect(await app.text('app.yml')).not.toContain(oldKey);
  expect(await ciphertext()).toEqual(before);
  expect(await values()).toEqual(['one', FILES.big]);

  expect(await refresh(tools, [file], { acceptFileKey: oldKey })).toEqual([
    { ...report, changed: false, rewrapped: 0 },
  ]);
  expect(said.notes.at(-1)).toBe(`${file}: already under ${newKey}, nothing to do`);
});

test('with newDataKeys, seals every value and blob again', async () => {
  const { tools, file, oldKey, newKey, values, ciphertext } = await createMoved(
    secret('a', 'one') + BLOB,
  );
  const before = await ciphertext();
  expect(await refresh(tools, [file], { newDataKeys: true, acceptFileKey: oldKey })).toEqual([
    { file, changed: true, encryptedWith: newKey, rewrapped: 0, resealed: 2 },
  ]);
  expect(before).toHaveLength(2);
  for (const text of (await ciphertext()) ?? []) expect(before).not.toContain(text);
  expect(await values()).toEqual(['one', FILES.big]);
});

test('with newDataKeys under the same file key, says so, and which secrets to change', async () => {
  const { tools, said, file } = await createMoved(
    `${secret('a', 'one')}${BLOB}  - {name: open, type: String, value: for all}\n`,
  );
  const own = { ...tools, fileKey: { alias: (await readManifest(file)).encryptedWith ?? '' } };
  await refresh(own, [file], { newDataKeys: true });
  expect(said.notes).toEqual([
    `${file}: 2 values encrypted again, under new data keys of the same file key`,
    "whoever had the old data keys can open what git's history has of a, big: coffer rotate and coffer set give new values",
  ]);
});

/** The data key of the blob. */
function openBlobKey({ parameters }: Manifest, opener: Opener): Promise<Buffer> {
  const parameter = parameters.find(({ name }) => name === 'big');
  if (parameter?.content.kind !== 'blob') throw new Error('it is not a blob');
  return opener.openBlobKey(parameter, parameter.content.blob);
}

test('an old data key opens nothing that was sealed again', async () => {
  const { tools, file, oldKey } = await createMoved(secret('a', 'one') + BLOB);
  const kms = kmsOf(aws);
  const before = await readManifest(file);
  const opener = new Opener(before, kms);
  const [id = ''] = opener.dataKeys.ids;
  const kept = await opener.dataKeys.open(id);
  const keptOfBlob = await openBlobKey(before, opener);

  await refresh(tools, [file], { newDataKeys: true, acceptFileKey: oldKey });
  const after = await readManifest(file);
  const [a] = after.parameters;
  const value = a?.content.kind === 'sealed' && parseInline(a.content.text);
  if (!a || !value) throw new Error('it is not an inline value');
  expect((await failureOf(() => openInline(value, kept, a))).code).toBe('tampered');
  expect(after.dataKeys).not.toHaveProperty(id);
  const newOfBlob = await openBlobKey(after, new Opener(after, kms));
  expect(newOfBlob.equals(keptOfBlob)).toBe(false);
});

test('creates no data key if there are no values', async () => {
  const { app, tools, file, oldKey, values } = await createMoved(BLOB);
  await refresh(tools, [file], { newDataKeys: true, acceptFileKey: oldKey });
  expect(await app.text('app.yml')).not.toContain('data_keys');
  expect(await values()).toEqual([FILES.big]);
});

test('refuses a manifest that is not encrypted', async () => {
  const app = await createScene(aws, secret('a', 'one'));
  const file = app.path('app.yml');
  const { tools } = createTools(aws);
  expect(await failureOf(() => refresh(tools, [file]))).toMatchObject({
    code: 'usage',
    message: `${file} is not encrypted yet`,
  });
});

test('refuses it before another manifest is written, and passes over one without secrets', async () => {
  const { app, tools, said, file, oldKey } = await createMoved(secret('a', 'one'));
  const before = await app.text('app.yml');
  const [open, none] = [app.path('open.yml'), app.path('none.yml')];
  await app.write(
    'open.yml',
    'path: /b/\nregion: us-east-1\nkmskey: alias/b\nparameters:\n' + secret('a', 'x'),
  );
  await app.write('none.yml', 'path: /c/\nregion: us-east-1\nparameters:\n' + plain('a', 'x'));
  expect((await failureOf(() => refresh(tools, [file, open]))).code).toBe('usage');
  expect(await app.text('app.yml')).toBe(before);

  const [, report] = await refresh(tools, [file, none], { acceptFileKey: oldKey });
  expect(report).toEqual({ file: none, changed: false, rewrapped: 0, resealed: 0 });
  expect(said.notes.at(-1)).toBe(`${none}: no secrets, nothing to do`);
});
