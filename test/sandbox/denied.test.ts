import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import { controlOf } from '../support/control.ts';
import { createPutScene } from '../support/put.ts';
import { createScene, secret } from '../support/scene.ts';

const aws = await useAws();
const control = controlOf(aws);
await aws.createKey(aws.fileKeyAlias);
const SECRET = createCanary();

/** Callers with this access key are refused these actions. */
const AUTHOR = 'AKIAAUTHOR';
const asAuthor = { env: { AWS_ACCESS_KEY_ID: AUTHOR } };
const denyAuthor = (...actions: string[]) =>
  control.disturb({
    rules: actions.map((action) => ({ action, deny: true, accessKeyId: AUTHOR })),
  });

describe('an author without kms:Decrypt', () => {
  test('adds a secret under a second data key, and others can read both', async () => {
    await denyAuthor('kms:Decrypt');
    const app = await createScene(aws, secret('first', SECRET));
    await app.succeed(['encrypt', 'app.yml']);
    const before = await app.text('app.yml');
    await app.write('app.yml', before + secret('second', `${SECRET}2`));
    await app.succeed(['encrypt', 'app.yml'], asAuthor);

    const after = await app.text('app.yml');
    expect(before.match(/^ {2}"?[0-9a-f]{8}"?:$/gm)).toHaveLength(1);
    expect(after.match(/^ {2}"?[0-9a-f]{8}"?:$/gm)).toHaveLength(2);
    expect(after).toContain(before.match(/ENC\[[^\]]*\]/)?.[0] ?? 'the first value was sealed');
    expect(await app.value('first')).toBe(SECRET);
    expect(await app.value('second')).toBe(`${SECRET}2`);
    const calls = await control.callsOf(() => app.succeed(['decrypt', 'app.yml']));
    expect(calls).toEqual({ 'kms:Decrypt': 2 });
  });

  test('cannot read existing secrets, and learns why', async () => {
    await denyAuthor('kms:Decrypt');
    const app = await createScene(aws, secret('first', SECRET));
    await app.succeed(['encrypt', 'app.yml']);
    for (const args of [
      ['decrypt', 'app.yml'],
      ['export', 'app.yml'],
      ['save', 'app.yml'],
    ]) {
      const { code, stdout, stderr } = await app.coffer(args, asAuthor);
      expect(code).toBe(1);
      expect(stdout).toHaveLength(0);
      expect(stderr.match(/error:/g)).toHaveLength(1);
      expect(stderr).toContain('kms:Decrypt');
    }
  });

  test.each([
    ['small', 'one', 'two'],
    ['large', 'one'.repeat(2000), 'two'.repeat(2000)],
  ])(
    'keeps the ciphertext of a changed %s file, with a warning; --reseal replaces it',
    async (_, one, two) => {
      await denyAuthor('kms:Decrypt');
      const app = await createScene(aws, '  - {name: f, type: SecureString, file: source}\n', {
        files: { source: one },
      });
      await app.succeed(['encrypt', 'app.yml']);
      const before = await app.text('app.yml');
      await app.write('source', two);
      const { stderr } = await app.succeed(['encrypt', 'app.yml'], asAuthor);
      expect(await app.text('app.yml')).toBe(before);
      expect(stderr).toContain('warning: f: ');
      expect(stderr).toContain('--reseal f');

      await app.succeed(['encrypt', 'app.yml', '--reseal', 'f'], asAuthor);
      expect(await app.value('f')).toBe(two);
    },
  );
});

test('a machine without kms:Decrypt publishes blobs', async () => {
  await denyAuthor('kms:Decrypt');
  const app = await createScene(
    aws,
    ['a', 'b']
      .map(
        (name) => `  - {name: ${name}, type: SecureString, store: s3, value: ${SECRET}${name}}\n`,
      )
      .join(''),
  );
  await app.succeed(['encrypt', 'app.yml']);
  await app.succeed(['save', 'app.yml'], asAuthor);
  for (const name of ['a', 'b']) {
    const { stdout } = await app.succeed(['get', `${app.prefix}${name}`]);
    expect(stdout.toString()).toBe(SECRET + name);
  }
  const refused = await app.coffer(['get', `${app.prefix}a`], asAuthor);
  expect([refused.code, refused.stdout.length]).toEqual([1, 0]);
});

describe('names a missing right:', () => {
  test.each([
    ['encrypt', 'kms:GenerateDataKey', ['encrypt', 'fresh.yml']],
    ['save', 'ssm:PutParameter', ['save', 'app.yml']],
    ['save of a blob', 'kms:ReEncryptFrom', ['save', 'blob.yml']],
    ['save of a blob', 'kms:ReEncryptTo', ['save', 'blob.yml']],
    ['save of a blob', 's3:PutObject', ['save', 'blob.yml']],
    ['list', 'ssm:DescribeParameters', ['list', 'app.yml']],
    ['nuke', 'ssm:DeleteParameter*', ['nuke', 'app.yml', '--yes']],
    ['get', 'ssm:GetParameter', ['get', '<prefix>token']],
    ['get of a blob', 's3:GetObject', ['get', '<prefix>blob/blob']],
    ['refresh', 'kms:DescribeKey', ['refresh', 'app.yml']],
  ])('%s without %s', async (_, action, args) => {
    const app = await createScene(aws, secret('token', SECRET));
    const text = await app.text('app.yml');
    const withPath = (part: string) => text.replace(/^path: (.*)\//, `path: $1/${part}/`);
    await app.write('fresh.yml', withPath('fresh'));
    await app.write(
      'blob.yml',
      withPath('blob').replace(
        / {2}- [\s\S]*/,
        `  - {name: blob, type: SecureString, store: s3, value: ${SECRET}}\n`,
      ),
    );
    await app.succeed(['encrypt', 'app.yml', 'blob.yml']);
    if (args[0] === 'get') await app.succeed(['save', 'app.yml', 'blob.yml']);
    await denyAuthor(action);
    const { code, stdout, stderr } = await app.coffer(
      args.map((arg) => arg.replace('<prefix>', app.prefix)),
      asAuthor,
    );
    expect(code, stderr).toBe(1);
    expect(stdout).toHaveLength(0);
    expect(stderr).toContain(action.replace('*', ''));
    expect(stderr).not.toMatch(/^\s+at /m);
    expectHidden(SECRET, { stderr });
  });
});

test('does not point a parameter to an object that could not be written', async () => {
  await denyAuthor('s3:PutObject');
  const app = await createScene(aws, '  - {name: b, type: SecureString, store: s3, value: x}\n');
  await app.succeed(['encrypt', 'app.yml']);
  expect((await app.coffer(['save', 'app.yml'], asAuthor)).code).toBe(1);
  const read = aws.ssm.send(new GetParameterCommand({ Name: `${app.prefix}b` }));
  await expect(read).rejects.toMatchObject({ name: 'ParameterNotFound' });
});

test('writes what it can and lists the rest; a run with the right finishes', async () => {
  const app = await createScene(
    aws,
    secret('a', 'one') +
      secret('b', 'two') +
      '  - {name: c, type: SecureString, store: s3, value: x}\n',
  );
  await app.succeed(['encrypt', 'app.yml']);
  await denyAuthor('s3:PutObject');
  const { code, stderr } = await app.coffer(['save', 'app.yml'], asAuthor);
  expect(code).toBe(4);
  expect(stderr).toContain(`${app.prefix}c`);
  // A right is missing, which another run does not bring.
  expect(stderr).not.toContain('again');
  for (const [name, value] of [
    ['a', 'one'],
    ['b', 'two'],
  ]) {
    const { stdout } = await app.succeed(['get', `${app.prefix}${name}`]);
    expect(stdout.toString()).toBe(value);
  }
  await app.succeed(['save', 'app.yml']);
  expect((await app.succeed(['get', `${app.prefix}c`])).stdout.toString()).toBe('x');
});

test('put without the right to look at the parameter warns, and replaces what it holds', async () => {
  const app = await createPutScene(aws);
  await denyAuthor('ssm:GetParameter');
  await app.put('data', 'first');
  const put = ['put', ...app.target('data')];
  const { stderr } = await app.succeed(put, { ...asAuthor, stdin: SECRET });
  expect(stderr).toContain(`${app.prefix}data will be replaced whatever it holds`);
  expect((await app.succeed(['get', `${app.prefix}data`])).stdout.toString()).toBe(SECRET);
  const unseen = await app.succeed([...put, '--overwrite'], { ...asAuthor, stdin: SECRET });
  expect(unseen.stderr).not.toContain('warning');
});
