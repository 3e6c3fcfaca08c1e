import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createScene, secret } from '../support/scene.ts';
import { storedIn } from '../support/stored.ts';

const aws = await useAws();

const LIST = `${secret('typed', 'one')}  - name: x
    type: SecureString
    generate: { length: 12, charset: hex } # x
  - name: y
    type: SecureString
    generate: { length: 10, charset: ascii, require: [digit] }
  - name: open
    type: String
    generate: { length: 6 }
`;

async function createApp() {
  const app = await createScene(aws, LIST);
  const values = async () => {
    const { stdout } = await app.succeed(['decrypt', 'app.yml', '--json']);
    const { parameters } = JSON.parse(stdout.toString()) as {
      parameters: { name: string; value: string }[];
    };
    return new Map(parameters.map(({ name, value }) => [name.slice(app.prefix.length), value]));
  };
  return { ...app, values };
}

test('generates one value again, and keeps the others', async () => {
  const app = await createApp();
  await app.succeed(['encrypt', 'app.yml']);
  const before = await app.values();
  const lines = (await app.text('app.yml')).split('\n');
  const { stderr } = await app.succeed(['rotate', 'app.yml', 'x']);
  expect(stderr).toContain('generated new values for x');

  const after = await app.values();
  expect(after.get('x')).toMatch(/^[0-9a-f]{12}$/);
  expect(after.get('x')).not.toBe(before.get('x'));
  expect(new Map([...after, ['x', '']])).toEqual(new Map([...before, ['x', '']]));
  const now = (await app.text('app.yml')).split('\n');
  expect(now.filter((line, index) => line !== lines[index])).toEqual([
    expect.stringMatching(/^ {4}value: ENC\[/),
  ]);
  expect(stderr).not.toContain(after.get('x') ?? '');
});

test('--all generates all of them again, and the next sync writes them to AWS', async () => {
  const app = await createApp();
  await app.succeed(['encrypt', 'app.yml']);
  await app.succeed(['sync', 'app.yml', '--yes']);
  const before = await app.values();
  const { stdout } = await app.succeed(['rotate', 'app.yml', '--all', '--json']);
  const sealed = ['x', 'y', 'open'].map((name) => ({ name, form: 'value', why: 'generated' }));
  expect(JSON.parse(stdout.toString())).toMatchObject({
    version: 1,
    manifests: [{ file: 'app.yml', changed: true, sealed }],
  });
  const after = await app.values();
  for (const name of ['x', 'y', 'open']) expect(after.get(name)).not.toBe(before.get(name));
  expect(after.get('typed')).toBe('one');
  for (const value of after.values()) expect(stdout.toString()).not.toContain(`"${value}"`);
  await app.succeed(['sync', 'app.yml', '--yes']);
  expect(await storedIn(aws).values(app.prefix)).toEqual(Object.fromEntries(after));
});

test('generates a value for the first time', async () => {
  const app = await createApp();
  await app.succeed(['rotate', 'app.yml', 'y']);
  const text = await app.text('app.yml');
  expect(text).toContain(secret('typed', 'one'));
  expect(text.match(/ENC\[/g)).toHaveLength(1);
  expect(await app.value('y')).toMatch(/^[!-~]{10}$/);
});

describe('is refused, and changes nothing:', () => {
  test.each([
    ['a value that was typed in', ['x', 'typed'], /typed has no generate:/],
    ['an unknown name', ['x', 'nope'], /has no parameter nope/],
    ['no name', [], /needs names or --all/],
    ['names and --all', ['x', '--all'], /needs names or --all/],
  ])('%s', async (_, args, message) => {
    const app = await createApp();
    await app.succeed(['encrypt', 'app.yml']);
    const before = await app.text('app.yml');
    const { code, stderr } = await app.coffer(['rotate', 'app.yml', ...args]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(await app.text('app.yml')).toBe(before);
  });

  test('--all without any generate:', async () => {
    const app = await createScene(aws, secret('a', 'one'));
    const { code, stderr } = await app.coffer(['rotate', 'app.yml', '--all']);
    expect(code).toBe(2);
    expect(stderr).toContain('no parameter with generate:');
  });

  test('if KMS cannot be reached', async () => {
    const app = await createApp();
    const before = await app.text('app.yml');
    const { code } = await app.coffer(['rotate', 'app.yml', '--all', '--no-create-key'], {
      env: { COFFER_KEY_ALIAS: `alias/${aws.unique('never')}` },
    });
    expect(code).toBe(1);
    expect(await app.text('app.yml')).toBe(before);
  });
});
