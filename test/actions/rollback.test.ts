import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { LabelParameterVersionCommand } from '@aws-sdk/client-ssm';
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { decryptValues } from '../../src/actions/decrypt.ts';
import { encrypt } from '../../src/actions/encrypt.ts';
import { rollback } from '../../src/actions/rollback.ts';
import { set } from '../../src/actions/set.ts';
import { sync } from '../../src/actions/sync.ts';
import { dayOf } from '../../src/manifest/age.ts';
import { readManifest } from '../../src/manifest/index.ts';
import { useAws } from '../support/aws.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import { failureOf } from '../support/failure.ts';
import { run } from '../support/cli.ts';
import { flipBit } from '../support/flip.ts';
import { materials, writeOlder } from '../support/older-writer.ts';
import { createScene, plain, secret } from '../support/scene.ts';
import { createSecretScene, secretsIn } from '../support/secrets-manager.ts';
import { storedIn } from '../support/stored.ts';
import { createTools } from '../support/tools.ts';

const aws = await useAws();
const stored = storedIn(aws);
await aws.createKey(aws.fileKeyAlias);

const LARGE = randomBytes(20_000);
const LARGE_TEXT = 'large '.repeat(2000);
const valueOf = (value: string | Buffer) => () => Promise.resolve(Buffer.from(value));

type Scene = Awaited<ReturnType<typeof createScene>>;

function around(app: Scene) {
  const { tools, said } = createTools(aws);
  const file = app.path('app.yml');
  const values = async () => {
    const found = await decryptValues(tools, file);
    return Object.fromEntries(
      found.map(({ name, bytes }) => [name.slice(app.prefix.length), bytes]),
    );
  };
  const valueIn = async (name: string) => (await values())[name]?.toString();
  /** Gives a parameter a value after the other, in git and in AWS. */
  const publish = async (name: string, ...next: (string | Buffer)[]) => {
    for (const value of next) {
      await set(tools, file, name, valueOf(value));
      await sync(tools, [file], { yes: true });
    }
    said.notes.length = 0;
  };
  return { ...app, tools, said, file, values, valueIn, publish };
}

async function createPublished(parameters = secret('token', 'one') + secret('other', 'x')) {
  const app = around(
    await createScene(aws, parameters, { files: { 'k.jks': LARGE, small: 'one' } }),
  );
  await encrypt(app.tools, [app.file]);
  await sync(app.tools, [app.file], { yes: true });
  app.said.notes.length = 0;
  return app;
}

describe('rollback', () => {
  test('seals the value before the current one into git, and leaves AWS alone', async () => {
    const { tools, said, file, prefix, publish, values } = await createPublished();
    await publish('token', 'two', 'three');
    const before = await readManifest(file);
    const report = await rollback(tools, file, 'token');
    expect(report).toEqual({
      file,
      changed: true,
      name: 'token',
      from: 2,
      encryptedWith: before.encryptedWith,
      sealed: [{ name: 'token', form: 'value', why: 'changed' }],
      warnings: [],
    });
    expect(said.notes).toEqual([
      expect.stringMatching(
        /app\.yml: token has the value of version 2 again, written \d{4}-\d\d-\d\d \d\d:\d\d UTC by \w+$/,
      ),
      `to publish it: coffer sync ${file} --only token`,
    ]);
    expect(await values()).toEqual({ token: Buffer.from('two'), other: Buffer.from('x') });
    expect((await readManifest(file)).dataKeys).toEqual(before.dataKeys);
    expect((await stored.values(prefix))['token']).toBe('three');
    await sync(tools, [file], { yes: true });
    expect((await stored.values(prefix))['token']).toBe('two');
  });

  test('takes a number, a label, or latest', async () => {
    const { tools, file, prefix, publish, valueIn } = await createPublished();
    await publish('token', 'two', 'three');
    const Name = `${prefix}token`;
    const labelled = { Name, ParameterVersion: 2, Labels: ['good'] };
    await aws.ssm.send(new LabelParameterVersionCommand(labelled));
    for (const [version, from, value] of [
      ['1', 1, 'one'],
      ['good', 2, 'two'],
      ['latest', 3, 'three'],
    ] as const) {
      expect(await rollback(tools, file, Name, { version })).toMatchObject({ changed: true, from });
      expect(await valueIn('token')).toBe(value);
    }
  });

  test.each([
    ['a secret', secret('p', 'one')],
    ['what is no secret', plain('p', '1.10')],
    ['a blob', '  - {name: p, type: SecureString, file: k.jks}\n'],
  ])('of a value that the manifest has changes no byte: %s', async (_, parameter) => {
    const { tools, said, file, text } = await createPublished(parameter);
    const before = await text('app.yml');
    const report = await rollback(tools, file, 'p', { version: '1' });
    expect(report).toMatchObject({ changed: false, from: 1, sealed: [] });
    expect(said.notes).toEqual([
      expect.stringMatching(
        /: p has the value of version 1 already, written .* UTC; nothing to do$/,
      ),
    ]);
    expect(await text('app.yml')).toBe(before);
  });

  test('leaves a file that has the value, and is published as it is, alone', async () => {
    const app = await createPublished('  - {name: read, type: String, file: small}\n');
    const before = await app.text('app.yml');
    expect(await rollback(app.tools, app.file, 'read', { version: 'latest' })).toMatchObject({
      changed: false,
    });
    expect(await app.text('app.yml')).toBe(before);
  });

  test('drops file:, says so, and keeps the file and generate:', async () => {
    const { tools, said, file, text, publish, valueIn } = await createPublished(
      '  - {name: read, type: SecureString, file: small}\n  - {name: made, type: SecureString, generate: {length: 9}}\n',
    );
    const made = await valueIn('made');
    await publish('made', 'typed');
    await stored.put(`${(await readManifest(file)).path}read`, 'two', { Type: 'SecureString' });
    await rollback(tools, file, 'read', { version: 'latest' });
    expect(said.notes).toContain('read no longer comes from small; the file is unchanged');
    expect(await text('small')).toBe('one');
    await rollback(tools, file, 'made');
    expect(await valueIn('read')).toBe('two');
    expect(await valueIn('made')).toBe(made);
    const { parameters } = await readManifest(file);
    expect(parameters.map(({ origin }) => origin)).toEqual([
      undefined,
      { generate: expect.objectContaining({ length: 9 }) as object },
    ]);
  });

  test('follows pointers: an object becomes a blob, or a value if it is small', async () => {
    const { tools, file, publish, values } = await createPublished(
      secret('p', 'one') + '  - {name: q, type: SecureString, store: s3, value: little}\n',
    );
    await publish('p', LARGE, 'three');
    await publish('q', 'less');
    await rollback(tools, file, 'p');
    await rollback(tools, file, 'q');
    expect(await values()).toEqual({ p: LARGE, q: Buffer.from('little') });
    const { parameters } = await readManifest(file);
    expect(parameters.map(({ content }) => content.kind)).toEqual(['blob', 'blob']);
    await publish('q', 'x');
    expect(await rollback(tools, file, 'p', { version: '1' })).toMatchObject({
      sealed: [{ form: 'value' }],
    });
    expect((await values())['p']?.toString()).toBe('one');
  });

  test.each([1, 2] as const)(
    'takes objects of the older clients, version %i, and refuses damaged ones',
    async (version) => {
      const app = await createPublished(secret('p', 'one'));
      const { tools, file, prefix, values, text } = app;
      const material = materials(version, aws.kmskey);
      const large = randomBytes(200_000);
      const writing = { ...material, parameter: `${prefix}p`, extension: '.bin' };
      const write = (plaintext: Buffer) =>
        writeOlder(aws, plaintext, { ...writing, path: `${prefix}p` });
      await write(Buffer.from('small'));
      const { url } = await write(large);

      expect(await rollback(tools, file, 'p')).toMatchObject({ sealed: [{ form: 'value' }] });
      expect(await values()).toEqual({ p: Buffer.from('small') });
      const back = await rollback(tools, file, 'p', { version: 'latest' });
      expect(back).toMatchObject({ from: 3, sealed: [{ form: 'blob' }] });
      expect(await values()).toEqual({ p: large });
      const before = await text('app.yml');
      expect(await rollback(tools, file, 'p', { version: '3' })).toMatchObject({ changed: false });
      expect(await text('app.yml')).toBe(before);

      await rollback(tools, file, 'p', { version: '1' });
      const kept = await text('app.yml');
      const at = { Bucket: aws.bucket, Key: url.slice(`s3://${aws.bucket}/`.length) };
      const { Body, Metadata } = await aws.s3.send(new GetObjectCommand(at));
      const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
      await aws.s3.send(new PutObjectCommand({ ...at, Body: flipBit(bytes, 1000), Metadata }));
      const error = await failureOf(() => rollback(tools, file, 'p', { version: '3' }));
      expect(error.code).toBe('tampered');
      expect(await text('app.yml')).toBe(kept);
      expect((await app.files()).filter((name) => name.includes('.enc'))).toEqual([]);
    },
  );

  test('of a large value that was encrypted again changes no byte', async () => {
    const { tools, file, text, publish, values } = await createPublished(secret('p', LARGE_TEXT));
    await publish('p', 'two');
    await rollback(tools, file, 'p', { version: '1' });
    const before = await text('app.yml');
    expect(await values()).toEqual({ p: Buffer.from(LARGE_TEXT) });
    expect(await rollback(tools, file, 'p', { version: '1' })).toMatchObject({ changed: false });
    expect(await text('app.yml')).toBe(before);
  });

  test('makes a secret as old as the day on which it came back', async () => {
    const { tools, file, publish } = await createPublished(
      '  - {name: p, type: SecureString, max_age: 90d, changed: 2026-01-01, value: one}\n',
    );
    await publish('p', 'two');
    await rollback(tools, file, 'p');
    const { parameters } = await readManifest(file);
    expect(parameters[0]?.changed).toBe(dayOf(new Date()));
  });

  test('decodes what encoding: base64 encoded', async () => {
    const { tools, file, prefix, publish, values } = await createPublished(
      '  - {name: p, type: SecureString, encoding: base64, file: small}\n',
    );
    await publish('p', Buffer.from([0, 255, 1]));
    await rollback(tools, file, 'p');
    expect((await values())['p']?.toString()).toBe(Buffer.from('one').toString('base64'));
    await stored.put(`${prefix}p`, 'no base64!', { Type: 'SecureString' });
    expect(await failureOf(() => rollback(tools, file, 'p', { version: 'latest' }))).toMatchObject({
      code: 'source',
      message: 'p: version 3 is not base64',
    });
  });

  test('prints no value, nor does it ask', async () => {
    const [one, two] = [createCanary(), createCanary()];
    const app = await createPublished(secret('token', one));
    await app.publish('token', two);
    const { stdout, stderr } = await app.succeed(['rollback', 'app.yml', 'token', '--debug']);
    expectHidden(one, { stdout, stderr });
    expectHidden(two, { stdout, stderr });
    expect(stderr).toContain('app.yml: token has the value of version 1 again, written ');
    expect(await app.valueIn('token')).toBe(one);
  });
});

async function refusal(app: Awaited<ReturnType<typeof createPublished>>, ...args: string[]) {
  const before = await app.text('app.yml');
  const [name = '', version] = args;
  const error = await failureOf(() => rollback(app.tools, app.file, name, { version }));
  expect(await app.text('app.yml')).toBe(before);
  return [error.code, error.message.replaceAll(app.prefix, '/a/'), error.hint];
}

function fromGit({ file }: { file: string }): string {
  return `git has earlier values, too: git log -- ${file}, git restore --source=COMMIT -- ${file}`;
}

describe('rollback refuses, and changes nothing:', () => {
  test('an unknown name', async () => {
    const app = await createPublished();
    expect(await refusal(app, 'tokn')).toEqual([
      'usage',
      `${app.file} has no parameter tokn`,
      'did you mean token?',
    ]);
  });

  test('a version that AWS does not have, with those that it has', async () => {
    const app = await createPublished();
    await app.publish('token', 'two');
    expect(await refusal(app, 'token', '7')).toEqual([
      'not-found',
      '/a/token has no version 7',
      `the versions are 1, 2; ${fromGit(app)}`,
    ]);
    expect((await refusal(app, 'token', 'prod'))[1]).toBe('/a/token has no version prod');
  });

  test('the first version, and what is not in AWS', async () => {
    const app = await createPublished();
    expect(await refusal(app, 'token')).toEqual([
      'not-found',
      '/a/token has no version before the current one',
      fromGit(app),
    ]);
    await stored.remove(`${app.prefix}token`);
    for (const args of [['token'], ['token', '1']]) {
      const [code, , hint] = await refusal(app, ...args);
      expect([code, hint]).toEqual(['not-found', fromGit(app)]);
    }
  });

  test('a value that the parameter no longer allows', async () => {
    const app = await createPublished();
    await app.publish('token', '2');
    const text = await app.text('app.yml');
    const allowed = text.replace('name: token,', 'name: token, allowed_pattern: "[0-9]+",');
    await app.write('app.yml', allowed);
    expect((await refusal(app, 'token'))[1]).toMatch(/allowed_pattern/);
  });

  test('to put into git, readable, what AWS kept as a secret', async () => {
    const app = await createPublished(plain('open', 'x'));
    await stored.put(`${app.prefix}open`, 'hidden', { Type: 'SecureString' });
    expect(await refusal(app, 'open', 'latest')).toEqual([
      'plaintext',
      'open: version 2 is a secret, and the manifest says String',
      'write "type: SecureString" if it is one; otherwise set the value by hand',
    ]);
  });

  test('an object of another bucket than the manifest names', async () => {
    const app = await createPublished();
    await stored.put(`${app.prefix}token`, `s3://elsewhere/a/v3-${'0'.repeat(64)}`);
    const [code, message] = await refusal(app, 'token', 'latest');
    expect(code).toBe('tampered');
    expect(message).toContain('points to the bucket elsewhere');
  });

  test('an object that is not there, and ends its progress', async () => {
    const app = await createPublished();
    const lost = `s3://${aws.bucket}${app.prefix}token/v3-${'0'.repeat(64)}`;
    await stored.put(`${app.prefix}token`, lost);
    const running = new Set<string>();
    const progress = (label: string) => {
      running.add(label);
      return { update: () => {}, end: () => void running.delete(label) };
    };
    const tools = { ...app.tools, host: { ...app.tools.host, progress } };
    await failureOf(() => rollback(tools, app.file, 'token', { version: 'latest' }));
    expect([...running]).toEqual([]);
  });
});

describe('in Secrets Manager, rollback', () => {
  const secrets = secretsIn(aws);

  test.each([true, false])(
    'takes what git had in the clear, and nothing else (one secret: %s)',
    async (isOne) => {
      const parameters = secret('password', 'one') + plain('level', 'info') + secret('key', 'x');
      const app = around(await createSecretScene(aws, parameters, { isOne }));
      const { tools, file, publish, valueIn } = app;
      const git = (...args: string[]) =>
        run('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.org', ...args], {
          cwd: app.folder,
        });
      await git('init', '--quiet');
      await encrypt(tools, [file]);
      await sync(tools, [file], { yes: true });
      await publish('level', 'debug');
      const said = await failureOf(() => rollback(tools, file, 'level'));
      expect(said.message).toMatch(/^level: Secrets Manager keeps all values as secrets, and no/);
      await set(tools, file, 'level', valueOf('info'));
      await git('add', 'app.yml');
      await git('commit', '--quiet', '--message=x');
      await set(tools, file, 'level', valueOf('debug'));
      await git('commit', '--quiet', '--all', '--message=y');
      expect(await rollback(tools, file, 'level')).toMatchObject({ changed: true });
      expect(await valueIn('level')).toBe('info');

      // What was a secret then stays one, whatever the manifest says of it now.
      await publish('key', 'y');
      const text = await app.text('app.yml');
      const open = text.replace(/name: key.*/, 'name: key, type: String, value: z}');
      await app.write('app.yml', open);
      const refused = await failureOf(() => rollback(tools, file, 'key'));
      expect(refused.code).toBe('plaintext');
      expect(await app.text('app.yml')).toBe(open);
    },
  );

  test.each([true, false])('takes AWSPREVIOUS, or a VersionId (one secret: %s)', async (isOne) => {
    const app = around(
      await createSecretScene(aws, secret('password', 'one') + secret('user', 'x'), { isOne }),
    );
    const { tools, file, publish, valueIn } = app;
    await encrypt(tools, [file]);
    await sync(tools, [file], { yes: true });
    const name = isOne
      ? ((await readManifest(file)).secret ?? '')
      : `${app.prefix.slice(1)}password`;
    const first = (await secrets.current(name)) ?? '';
    await publish('password', 'two', 'three');
    const previous = await rollback(tools, file, 'password');
    expect(await valueIn('password')).toBe('two');
    expect(await rollback(tools, file, 'password', { version: 'AWSPREVIOUS' })).toEqual({
      ...previous,
      changed: false,
      sealed: [],
    });
    await rollback(tools, file, 'password', { version: first });
    expect(await valueIn('password')).toBe('one');
    const error = await failureOf(() => rollback(tools, file, 'password', { version: 'nothing' }));
    expect(error).toMatchObject({
      code: 'not-found',
      message: `${name} has no version nothing`,
      hint: expect.stringContaining('AWSPREVIOUS') as string,
    });
  });
});
