import {
  DecryptCommand,
  GenerateDataKeyCommand,
  ReEncryptCommand,
  type GenerateDataKeyCommandOutput,
} from '@aws-sdk/client-kms';
import { describe, expect, test } from 'vitest';
import { decryptValues } from '../../src/actions/decrypt.ts';
import { encrypt, type EncryptOptions } from '../../src/actions/encrypt.ts';
import { policy } from '../../src/actions/policy.ts';
import { refresh } from '../../src/actions/refresh.ts';
import type { Tools } from '../../src/actions/tools.ts';
import { createAws } from '../../src/aws/index.ts';
import { blobContext, dataKeyContext, type Author } from '../../src/crypto/contexts.ts';
import type { EncryptionContext } from '../../src/crypto/kms-port.ts';
import { objectContext } from '../../src/crypto/object-v3.ts';
import { readManifest } from '../../src/manifest/index.ts';
import { useAws } from '../support/aws.ts';
import { controlOf } from '../support/control.ts';
import { failureOf } from '../support/failure.ts';
import { policiesOf } from '../support/policies.ts';
import { createRepository } from '../support/repository.ts';
import { createScene, secret, type Scene } from '../support/scene.ts';
import { sessionAt } from '../support/services.ts';
import { createTools } from '../support/tools.ts';

const aws = await useAws();
const fileKey = await aws.createKey(aws.fileKeyAlias);
const { tools } = createTools(aws);
const control = controlOf(aws);

const WRITE_ONLY = { accessKeyId: 'AKIAWRITEONLY', secretAccessKey: 'test' };
const kmsOfWriteOnly = aws.clientsFor(WRITE_ONLY).kms;
const asWriteOnly: Tools = {
  ...tools,
  aws: createAws({ ...sessionAt(aws.endpoint), credentials: WRITE_ONLY }),
};

/** A manifest after encrypt, and an author with exactly the printed policy for write-only ones. */
async function createSealed(): Promise<Scene & { file: string }> {
  const app = await createScene(aws, secret('old', 'old'));
  const file = app.path('app.yml');
  await encrypt(tools, [file]);
  const account = fileKey.split(':')[4];
  const document = await policy(tools, [file], { for: 'author-write-only', account });
  await policiesOf(aws).put(WRITE_ONLY.accessKeyId, document);
  return { ...app, file };
}

async function add(app: Scene, name: string, by: Tools = tools, options: EncryptOptions = {}) {
  await app.write('app.yml', (await app.text('app.yml')) + secret(name, name));
  return encrypt(by, [app.path('app.yml')], options);
}

/** The data key that a value is sealed under. */
async function keyOf({ path }: Scene, name: string) {
  const { parameters, dataKeys } = await readManifest(path('app.yml'));
  const content = parameters.find((parameter) => parameter.name === name)?.content;
  const id = content?.kind === 'sealed' ? (content.text.split(',')[1] ?? '') : '';
  return { id, ...dataKeys[id] };
}

async function generate(app: Scene, author?: Author): Promise<GenerateDataKeyCommandOutput> {
  const { destination } = await readManifest(app.path('app.yml'));
  return kmsOfWriteOnly.send(
    new GenerateDataKeyCommand({
      KeyId: fileKey,
      KeySpec: 'AES_256',
      EncryptionContext: { ...dataKeyContext(destination, author) },
    }),
  );
}

describe('an author who may not decrypt', () => {
  test('seals under a data key of their own, which nobody else seals under', async () => {
    const app = await createSealed();
    await add(app, 'mine', asWriteOnly);
    const mine = await keyOf(app, 'mine');
    expect(mine.author).toBe('write-only');
    await add(app, 'prod');
    const [old, prod] = [await keyOf(app, 'old'), await keyOf(app, 'prod')];
    expect(prod).toEqual(old);
    expect(prod.author).toBeUndefined();
    const opened = await decryptValues(tools, app.file);
    expect(opened.map(({ bytes }) => bytes.toString())).toEqual(['old', 'mine', 'prod']);
  });

  test('is first in a file: whoever may decrypt makes another key', async () => {
    const app = await createSealed();
    const fresh = await createScene(aws, secret('mine', 'mine'));
    await fresh.write('app.yml', (await fresh.text('app.yml')).replace(fresh.prefix, app.prefix));
    await encrypt(asWriteOnly, [fresh.path('app.yml')]);
    expect((await keyOf(fresh, 'mine')).author).toBe('write-only');
    await add(fresh, 'prod');
    expect((await keyOf(fresh, 'prod')).author).toBeUndefined();
  });

  test('is refused by KMS: a shared data key, and to open their own', async () => {
    const app = await createSealed();
    await expect(generate(app)).rejects.toMatchObject({ name: 'AccessDeniedException' });
    const { CiphertextBlob } = await generate(app, 'write-only');
    const { destination } = await readManifest(app.file);
    const EncryptionContext = { ...dataKeyContext(destination, 'write-only') };
    const open = kmsOfWriteOnly.send(new DecryptCommand({ CiphertextBlob, EncryptionContext }));
    await expect(open).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  test('plants a key that they kept: KMS refuses it, and encrypt stops', async () => {
    const app = await createSealed();
    const { CiphertextBlob = new Uint8Array() } = await generate(app, 'write-only');
    const { id } = await keyOf(app, 'old');
    const planted = Buffer.from(CiphertextBlob).toString('base64');
    const entry = `  "00000000":\n    key: ${planted}\n    binding: ${(await keyOf(app, 'old')).binding}\n    commit: ${Buffer.alloc(32).toString('base64')}\n`;
    const text = await app.text('app.yml');
    await app.write('app.yml', text.replace(new RegExp(`^ {2}"?${id}"?:$`, 'm'), `${entry}$&`));
    const failure = await failureOf(() => add(app, 'prod'));
    expect(failure.code).toBe('tampered');
    expect(failure.message).toContain('kms:Decrypt');
    expect(await app.text('app.yml')).toContain('value: "prod"');
  });

  test('whose policy is wider than the printed one is found out by trying', async () => {
    const app = await createScene(aws, secret('mine', 'mine'));
    const { accessKeyId } = WRITE_ONLY;
    await policiesOf(aws).put(accessKeyId, {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }],
    });
    await control.disturb({ rules: [{ action: 'kms:Decrypt', deny: true, accessKeyId }] });
    await encrypt(asWriteOnly, [app.path('app.yml')]);
    expect((await keyOf(app, 'mine')).author).toBe('write-only');
    expect(Object.keys((await readManifest(app.path('app.yml'))).dataKeys)).toHaveLength(1);
  });
});

/** Lets the other caller do what a role may do with a new manifest; its path. */
const allow = async (role: 'reader' | 'ci') => {
  const app = await createScene(aws, secret('old', 'old'));
  const account = fileKey.split(':')[4];
  const document = await policy(tools, [app.path('app.yml')], { for: role, account });
  await policiesOf(aws).put(WRITE_ONLY.accessKeyId, document);
  return app.prefix;
};
const DENIED = { name: 'AccessDeniedException' };
const keyFor = async (EncryptionContext: Record<string, string>, KeyId = aws.kmskey) => {
  const request = { KeyId, KeySpec: 'AES_256' as const, EncryptionContext };
  return (await aws.kms.send(new GenerateDataKeyCommand(request))).CiphertextBlob;
};

const openObjectKey = async (context: EncryptionContext) => {
  const EncryptionContext = { ...context };
  const CiphertextBlob = await keyFor(EncryptionContext);
  return kmsOfWriteOnly.send(new DecryptCommand({ CiphertextBlob, EncryptionContext }));
};

describe('the policies keep paths apart under one key:', () => {
  test('a reader of one opens no object of another, nor one of no parameter', async () => {
    const prefix = await allow('reader');
    expect((await openObjectKey(objectContext(`${prefix}old`))).Plaintext).toHaveLength(32);
    await expect(openObjectKey(objectContext('/elsewhere/old'))).rejects.toMatchObject(DENIED);
    await expect(openObjectKey({ 'aws:x-amz-cek-alg': '115' })).rejects.toMatchObject(DENIED);
    const more = { ...objectContext(`${prefix}old`), team: 'x' };
    await expect(openObjectKey(more)).rejects.toMatchObject(DENIED);
  });

  test('ci hands a blob on to its own parameter alone', async () => {
    const prefix = await allow('ci');
    const destination = { path: prefix, region: 'us-east-1', kmskey: aws.kmskey };
    const from = { ...blobContext(destination, { fullName: `${prefix}b`, type: 'SecureString' }) };
    const CiphertextBlob = await keyFor(from, fileKey);
    const handOn = (DestinationEncryptionContext: Record<string, string>) =>
      kmsOfWriteOnly.send(
        new ReEncryptCommand({
          CiphertextBlob,
          SourceEncryptionContext: from,
          DestinationKeyId: aws.kmskey,
          DestinationEncryptionContext,
        }),
      );
    await handOn({ ...objectContext(`${prefix}b`) });
    await expect(handOn({ ...objectContext('/elsewhere/b') })).rejects.toMatchObject(DENIED);
    await expect(handOn({ 'aws:x-amz-cek-alg': '115' })).rejects.toMatchObject(DENIED);
  });
});

test('a data key that KMS refuses for another reason than a missing right ends the command', async () => {
  const app = await createSealed();
  const { key = '' } = await keyOf(app, 'old');
  const broken = `${key.slice(0, -8)}AAAAAAA=`;
  await app.write('app.yml', (await app.text('app.yml')).replace(key, broken));
  const failure = await failureOf(() => add(app, 'more'));
  expect(failure.code).toBe('tampered');
});

/** A manifest in which somebody put the name of another key. */
async function createPlanted() {
  const app = await createSealed();
  const theirs = await aws.createKey();
  const planted = (await app.text('app.yml')).replace(fileKey, theirs);
  await app.write('app.yml', planted);
  return { app, theirs };
}

describe('encrypted_with that is not the key behind the alias', () => {
  test('is refused before anything is sealed, and the flag is named', async () => {
    const { app, theirs } = await createPlanted();
    const failure = await failureOf(() => add(app, 'next'));
    expect(failure.code).toBe('key');
    expect(failure.message).toContain(theirs);
    expect(failure.hint).toContain(`--accept-file-key ${theirs}`);
    expect(await app.text('app.yml')).toContain('value: "next"');
    expect((await failureOf(() => refresh(tools, [app.file]))).code).toBe('key');
  });

  test('is taken where the caller names it', async () => {
    const app = await createScene(aws, secret('old', 'old'));
    const alias = `alias/${aws.unique('theirs')}`;
    const theirs = await aws.createKey(alias);
    await encrypt({ ...tools, fileKey: { alias } }, [app.path('app.yml')]);
    expect((await failureOf(() => add(app, 'one'))).code).toBe('key');
    expect((await failureOf(() => add(app, 'two', tools, { acceptFileKey: fileKey }))).code).toBe(
      'key',
    );
    await encrypt(tools, [app.path('app.yml')], { acceptFileKey: theirs });
    expect(await keyOf(app, 'one')).toEqual(await keyOf(app, 'old'));
  });

  test('is taken where the committed file opens under it, in the same account', async () => {
    const alias = `alias/${aws.unique('before')}`;
    await aws.createKey(alias);
    const app = await createScene(aws, secret('old', 'old'));
    const { git, ...repository } = await createRepository({
      'app.yml': await app.text('app.yml'),
    });
    const file = repository.path('app.yml');
    await encrypt({ ...tools, fileKey: { alias } }, [file]);
    const grow = async () =>
      repository.write('app.yml', (await repository.text('app.yml')) + secret('new', 'new'));
    await git('add', '.');
    await git('commit', '--quiet', '-m', 'sealed');
    await grow();
    const calls = await control.callsOf(() => encrypt(tools, [file]));
    expect(calls).toEqual({ 'kms:DescribeKey': 1, 'kms:Decrypt': 2 });
    await refresh(tools, [file]);
    expect((await readManifest(file)).encryptedWith).toBe(fileKey);
  });
});
