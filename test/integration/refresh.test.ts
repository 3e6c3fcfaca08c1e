import { randomBytes } from 'node:crypto';
import { UpdateAliasCommand } from '@aws-sdk/client-kms';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createScene, secret } from '../support/scene.ts';

const aws = await useAws();

const LARGE = randomBytes(100_000);
const SMALL_BLOB = randomBytes(300);

/** An encrypted manifest whose alias has moved to another key. */
async function createMoved() {
  const alias = `alias/${aws.unique('moving')}`;
  const oldKey = await aws.createKey(alias);
  const app = await createScene(
    aws,
    `# kept\n${secret('a', 'one')}${secret('b', 'two')}` +
      '  - {name: large, type: SecureString, file: large.bin}\n' +
      '  - {name: small, type: SecureString, file: small.bin}\n',
    { files: { 'large.bin': LARGE, 'small.bin': SMALL_BLOB } },
  );
  const env = { COFFER_KEY_ALIAS: alias };
  await app.succeed(['encrypt', 'app.yml'], { env });
  const newKey = await aws.createKey();
  await aws.kms.send(new UpdateAliasCommand({ AliasName: alias, TargetKeyId: newKey }));
  // The file is in no repository whose HEAD could vouch for the old key.
  const accept = ['--accept-file-key', oldKey];
  return { ...app, env, oldKey, newKey, accept };
}

type Moved = Awaited<ReturnType<typeof createMoved>>;

async function expectEverythingOpens(app: Moved): Promise<void> {
  expect(await app.value('a')).toBe('one');
  expect(await app.value('b')).toBe('two');
  for (const [name, content] of [
    ['large', LARGE],
    ['small', SMALL_BLOB],
  ] as const) {
    const { stdout } = await app.succeed(['decrypt', 'app.yml', '--value', name]);
    expect(stdout.equals(content)).toBe(true);
  }
}

const blobFiles = async (app: Moved) =>
  (await app.files()).filter((file) => file.startsWith('app.blobs/'));

const masked = (text: string) =>
  text.replace(/^encrypted_with: .*$/m, '').replaceAll(/\bkey: "?[A-Za-z0-9+/=]+/g, 'key');

const wrapped = (text: string) => [...text.matchAll(/\bkey: "?([A-Za-z0-9+/=]+)/gm)];

describe('refresh', () => {
  test('re-encrypts the data keys under the new key, and keeps values and blobs byte for byte', async () => {
    const app = await createMoved();
    const before = await app.text('app.yml');
    const [blobFile = ''] = await blobFiles(app);
    const blob = await app.read(blobFile);
    await app.succeed(['refresh', 'app.yml', ...app.accept], { env: app.env });

    const after = await app.text('app.yml');
    expect(before).toContain(`encrypted_with: ${app.oldKey}`);
    expect(after).toContain(`encrypted_with: ${app.newKey}`);
    // Only wrapped keys and the name of their key may differ.
    expect(masked(after)).toBe(masked(before));
    expect(after.match(/ENC\[.*\]/g)).toEqual(before.match(/ENC\[.*\]/g));
    expect((await app.read(blobFile)).equals(blob)).toBe(true);
    expect(await blobFiles(app)).toEqual([blobFile]);
    expect(wrapped(after)).toHaveLength(3);
    for (const [i, match] of wrapped(after).entries()) {
      expect(match[1]).not.toBe(wrapped(before)[i]?.[1]);
    }
    await expectEverythingOpens(app);
  });

  test('changes nothing the second time', async () => {
    const app = await createMoved();
    await app.succeed(['refresh', 'app.yml', ...app.accept], { env: app.env });
    const before = await app.text('app.yml');
    const { stderr } = await app.succeed(['refresh', 'app.yml', ...app.accept], { env: app.env });
    expect(stderr).toContain('nothing to do');
    expect(await app.text('app.yml')).toBe(before);
  });

  test('with --new-data-keys seals everything again', async () => {
    const app = await createMoved();
    const before = await app.text('app.yml');
    const [oldFile = ''] = await blobFiles(app);
    await app.succeed(['refresh', 'app.yml', '--new-data-keys', ...app.accept], { env: app.env });

    const after = await app.text('app.yml');
    expect(after).toContain(`encrypted_with: ${app.newKey}`);
    const kept = (before.match(/ENC\[.*\]|sha256: \w+|[A-Za-z0-9+/=]{60,}/g) ?? []).filter((part) =>
      after.includes(part),
    );
    expect(kept).toEqual([]);
    expect(after.match(/^ {2}"?[0-9a-f]{8}"?:$/gm)).toHaveLength(1);
    const files = await blobFiles(app);
    expect(files).toHaveLength(1);
    expect(files).not.toContain(oldFile);
    await expectEverythingOpens(app);
  });

  test('refuses a manifest that was never encrypted', async () => {
    const app = await createScene(aws, secret('a', 'one'));
    const { code, stderr } = await app.coffer(['refresh', 'app.yml']);
    expect(code).toBe(2);
    expect(stderr).toContain('not encrypted yet');
  });

  test('creates the key if the alias is missing, and says so', async () => {
    const app = await createMoved();
    const env = { COFFER_KEY_ALIAS: `alias/${aws.unique('fresh')}` };
    const { stderr } = await app.succeed(['refresh', 'app.yml', ...app.accept], { env });
    expect(stderr).toMatch(/created the KMS key arn:\S+ as alias\/fresh/);
    const [, created] = /created the KMS key (\S+)/.exec(stderr) ?? [];
    expect(await app.text('app.yml')).toContain(`encrypted_with: ${created}\n`);
    await expectEverythingOpens(app);
  });

  test('refuses a missing alias with --no-create-key, and keeps the file', async () => {
    const app = await createMoved();
    const before = await app.text('app.yml');
    const env = { COFFER_KEY_ALIAS: `alias/${aws.unique('gone')}` };
    const { code, stderr } = await app.coffer(['refresh', 'app.yml', '--no-create-key'], { env });
    expect(code).toBe(1);
    expect(stderr).toContain(env.COFFER_KEY_ALIAS);
    expect(await app.text('app.yml')).toBe(before);
  });
});

async function createAbroad() {
  const alias = `alias/${aws.unique('abroad')}`;
  await aws.createKey(alias, 'eu-west-1');
  const app = await createScene(
    aws,
    secret('a', 'one') + '  - {name: large, type: SecureString, file: large.bin}\n',
    { files: { 'large.bin': LARGE } },
  );
  const env = { COFFER_KEY_ALIAS: alias, COFFER_KEY_REGION: 'eu-west-1' };
  await app.succeed(['encrypt', 'app.yml'], { env });
  return { ...app, env, alias };
}

describe('with the file key in another region', () => {
  test('save moves the data key across regions, and get reads the object here', async () => {
    const app = await createAbroad();
    await app.succeed(['save', 'app.yml']);
    const { Parameter } = await aws.ssm.send(
      new GetParameterCommand({ Name: `${app.prefix}a`, WithDecryption: true }),
    );
    expect(Parameter?.Value).toBe('one');
    const { stdout } = await app.succeed(['get', `${app.prefix}large`]);
    expect(stdout.equals(LARGE)).toBe(true);
  });

  test('refresh moves a manifest to this region, with the same values and blobs', async () => {
    const app = await createAbroad();
    const before = await app.text('app.yml');
    const home = await aws.createKey(app.alias);
    await app.succeed(['refresh', 'app.yml'], { env: { COFFER_KEY_ALIAS: app.alias } });
    const after = await app.text('app.yml');
    expect(after).toContain(`encrypted_with: ${home}`);
    expect(after.match(/ENC\[.*\]/g)).toEqual(before.match(/ENC\[.*\]/g));
    expect(await app.value('a')).toBe('one');
    const { stdout } = await app.succeed(['decrypt', 'app.yml', '--value', 'large']);
    expect(stdout.equals(LARGE)).toBe(true);
  });
});
