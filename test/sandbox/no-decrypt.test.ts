import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import { controlOf } from '../support/control.ts';
import { createScene, secret } from '../support/scene.ts';
import { storedIn } from '../support/stored.ts';

const aws = await useAws();
const stored = storedIn(aws);
const { callsOf, disturb } = controlOf(aws);
await aws.createKey(aws.fileKeyAlias);

/** The machine that syncs; what SSM decrypts for it counts as its kms:Decrypt too. */
const asCi = { env: { AWS_ACCESS_KEY_ID: 'AKIACI' } };
const denyDecrypt = () =>
  disturb({ rules: [{ action: 'kms:Decrypt', deny: true, accessKeyId: 'AKIACI' }] });
const inS3 = (name: string, value: string) =>
  `  - {name: ${name}, type: SecureString, store: s3, value: ${value}}\n`;

test('syncs and compares secrets in S3 without opening them, for any state of SSM', async () => {
  await denyDecrypt();
  const app = await createScene(aws, inS3('a', 'one') + inS3('b', 'two'));
  await app.succeed(['encrypt', 'app.yml']);
  const before = createCanary();
  for (const name of ['a', 'gone']) {
    await stored.put(app.prefix + name, before, { Type: 'SecureString', KeyId: aws.kmskey });
  }
  const calls = await callsOf(async () => {
    const args = ['sync', 'app.yml', '--no-decrypt', '--prune', '--yes'];
    const { stderr } = await app.succeed(args, asCi);
    expect(stderr).toContain('type: "SecureString" → "String"');
    expectHidden(before, { stderr });
    await app.succeed(['diff', 'app.yml', '--no-decrypt', '--exit-code'], asCi);
  });
  expect(calls).toMatchObject({ 'kms:ReEncrypt': 2, 's3:PutObject': 2 });
  expect(calls).not.toHaveProperty('kms:Decrypt');
  expect(Object.keys(await stored.values(app.prefix))).toEqual(['a', 'b']);
  expect((await app.succeed(['get', `${app.prefix}a`])).stdout.toString()).toBe('one');
});

describe('with secrets that SSM itself holds', () => {
  const SECRET = createCanary();

  async function createMixed() {
    const app = await createScene(
      aws,
      '  - {name: plain, type: String, value: v1}\n' +
        secret('there', SECRET).replace('}', ', description: new}') +
        secret('new', SECRET) +
        inS3('blob', 'x'),
    );
    await app.succeed(['encrypt', 'app.yml']);
    const more = { Type: 'SecureString', KeyId: aws.kmskey } as const;
    await stored.put(`${app.prefix}there`, `${SECRET}-before`, more);
    return app;
  }

  test('writes the rest, lists what is closed, and reports that not all was done', async () => {
    await denyDecrypt();
    const app = await createMixed();
    const calls = await callsOf(async () => {
      const args = ['sync', 'app.yml', '--no-decrypt', '--yes', '--json'];
      const { code, stdout, stderr } = await app.coffer(args, asCi);
      expect(code).toBe(4);
      expect(JSON.parse(stdout.toString())).toMatchObject({
        done: [`${app.prefix}blob`, `${app.prefix}plain`],
        failed: [],
        left: [`${app.prefix}new`, `${app.prefix}there`],
      });
      expect(stderr).toContain('2 closed (comparing or writing them needs kms:Decrypt)');
      expect(stderr).toMatch(/! new +SecureString, not in AWS/);
      expect(stderr).toMatch(
        /! there +SecureString, value not compared\n +description: "" → "new"/,
      );
      expect(stderr).toContain('run coffer sync without --no-decrypt');
      expectHidden(SECRET, { stdout, stderr });
    });
    expect(calls).not.toHaveProperty('kms:Decrypt');
    expect(await stored.values(app.prefix)).toMatchObject({
      plain: 'v1',
      there: `${SECRET}-before`,
    });

    await app.succeed(['sync', 'app.yml', '--no-decrypt', '--only', 'blob', '--yes'], asCi);
    await app.succeed(['sync', 'app.yml', '--yes']);
    expect(await stored.values(app.prefix)).toMatchObject({ new: SECRET, there: SECRET });
  });

  test('diff counts a closed parameter as different if it can see a difference', async () => {
    await denyDecrypt();
    const app = await createMixed();
    const args = ['diff', 'app.yml', '--no-decrypt', '--exit-code'];
    expect((await app.coffer([...args, '--only', 'there'], asCi)).code).toBe(3);
    await app.succeed(['sync', 'app.yml', '--yes']);
    const { stdout } = await app.succeed([...args, '--format', 'markdown'], asCi);
    expect(stdout.toString()).toContain('**coffer**: 2 closed, 2 unchanged');
    const versions = ['diff', `${app.prefix}new@1`, `${app.prefix}there@1`, '--no-decrypt'];
    expect((await app.coffer(versions, asCi)).code).toBe(2);
  });
});

test('an object with its file key in another region is closed, until the object exists', async () => {
  await denyDecrypt();
  const alias = `alias/${aws.unique('europe')}`;
  await aws.createKey(alias, 'eu-west-1');
  const far = { COFFER_KEY_ALIAS: alias, COFFER_KEY_REGION: 'eu-west-1' };
  const app = await createScene(aws, inS3('b', 'x'));
  await app.succeed(['encrypt', 'app.yml'], { env: far });
  const args = ['sync', 'app.yml', '--no-decrypt', '--yes'];
  const { code, stderr } = await app.coffer(args, asCi);
  expect(code).toBe(4);
  expect(stderr).toMatch(/! b +1 B in S3, its file key in another region/);
  expect(await stored.values(app.prefix)).toEqual({});
  expect(await stored.objects(app.prefix)).toEqual([]);

  await app.succeed(['sync', 'app.yml', '--yes']);
  await app.write(
    'app.yml',
    (await app.text('app.yml')).replace('type:', 'description: new, type:'),
  );
  await app.succeed(args, asCi);
  expect((await stored.metadata(app.prefix)).get('b')).toMatchObject({ Description: 'new' });
});

test('tells a guess from the value no more than a pattern that matches from one that does not', async () => {
  const app = await createScene(aws, secret('pin', '1234'));
  await app.succeed(['encrypt', 'app.yml']);
  await app.succeed(['sync', 'app.yml', '--yes']);
  const withPattern = async (pattern: string) => {
    const text = await app.text('app.yml');
    await app.write(
      'app.yml',
      text.replace(/(, allowed_pattern: \S+)?}/, `, allowed_pattern: '${pattern}'}`),
    );
  };
  const shown: string[] = [];
  for (const guess of ['1234', '9876']) {
    await app.succeed(['set', 'app.yml', 'pin'], { stdin: guess });
    for (const pattern of ['[0-9]+', '1.*', '9.*']) {
      await withPattern(pattern);
      const { code, stdout, stderr } = await app.coffer(['diff', 'app.yml', '--no-decrypt'], asCi);
      expect(code, stderr).toBe(0);
      shown.push(`${stdout.toString().replaceAll(pattern, 'PATTERN')}${stderr}`);
    }
    await withPattern('[0-9]+');
  }
  expect(new Set(shown).size).toBe(1);
});
