import { LabelParameterVersionCommand } from '@aws-sdk/client-ssm';
import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import { coffer } from '../support/cli.ts';
import { storedIn } from '../support/stored.ts';
import { createWorkspace } from '../support/workspace.ts';

const aws = await useAws();
const stored = storedIn(aws);
const [ONE, TWO] = [createCanary(), `${createCanary()} longer`];

async function call(...args: string[]) {
  const { folder } = await createWorkspace();
  return coffer(args, { cwd: folder, env: aws.env });
}

const KEY = { Type: 'SecureString', KeyId: aws.kmskey } as const;

/** A secret with three versions; the first has the label `first`, the third equals the second. */
async function createSecret(): Promise<string> {
  const name = `/${aws.unique('versions')}/token`;
  await stored.put(name, ONE, KEY);
  await stored.put(name, TWO, { ...KEY, Description: 'of the API' });
  await stored.put(name, TWO, { ...KEY, Description: 'of the API' });
  await aws.ssm.send(
    new LabelParameterVersionCommand({ Name: name, ParameterVersion: 1, Labels: ['first'] }),
  );
  return name;
}

describe('get', () => {
  test.each([
    ['@1', ONE],
    ['@2', TWO],
    ['@first', ONE],
    ['@latest', TWO],
    [':1', ONE],
    ['', TWO],
  ])('NAME%s prints that version', async (suffix, value) => {
    const { code, stdout, stderr } = await call('get', (await createSecret()) + suffix);
    expect(code, stderr).toBe(0);
    expect(stdout.toString() === value).toBe(true);
  });

  test.each([
    ['1', ONE],
    ['first', ONE],
    ['latest', TWO],
  ])('NAME %s prints that version', async (version, value) => {
    const { code, stdout, stderr } = await call('get', await createSecret(), version);
    expect(code, stderr).toBe(0);
    expect(stdout.toString() === value).toBe(true);
  });

  test.each([
    ['/app/token@1', '2'],
    ['/app/token', 'a/b'],
    ['s3://bucket/key', '1'],
  ])('refuses %s %s', async (name, version) => {
    const { code, stderr } = await call('get', name, version);
    expect([code, stderr]).toEqual([2, expect.stringContaining('cannot be the version of')]);
  });

  test.each(['@9', '@nobody'])('fails for a missing NAME%s', async (suffix) => {
    const name = await createSecret();
    const { code, stdout, stderr } = await call('get', name + suffix);
    expect(code).toBe(1);
    expect(stdout).toHaveLength(0);
    expect(stderr).toContain(name);
    expectHidden(ONE, { stderr });
  });
});

describe('diff of two versions', () => {
  test('latest is the newest', async () => {
    const name = await createSecret();
    expect((await call('diff', `${name}@2`, `${name}@latest`, '--exit-code')).code).toBe(0);
    expect((await call('diff', `${name}@1`, `${name}@latest`, '--exit-code')).code).toBe(3);
  });

  test('masks the secrets', async () => {
    const name = await createSecret();
    const { code, stdout, stderr } = await call('diff', `${name}@1`, `${name}@2`);
    expect(code, stderr).toBe(0);
    for (const secret of [ONE, TWO]) expectHidden(secret, { stdout, stderr });
    expect(stdout.toString().split('\n')[0]).toBe(`${name}@1 → ${name}@2`);
    expect(stdout.toString()).toContain('value: changed (up to 31 B → 32 to 63 B)');
    expect(stdout.toString()).toContain('description: "" → "of the API"');
  });

  test('--reveal shows them', async () => {
    const name = await createSecret();
    const { stdout } = await call('diff', `${name}@first`, `${name}@3`, '--reveal');
    expect(stdout.toString()).toMatch(new RegExp(`-"${ONE}"\\n *\\+"${TWO}"`));
  });

  test.each([[['--json']], [['--format', 'json']]])('%j prints it for programs', async (flags) => {
    const name = await createSecret();
    const pair = [`${name}@1`, `${name}@2`];
    const { stdout, stderr } = await call('diff', ...pair, ...flags);
    for (const secret of [ONE, TWO]) expectHidden(secret, { stdout, stderr });
    expect(JSON.parse(stdout.toString())).toEqual({
      version: 1,
      differences: [
        {
          field: 'value',
          before: { masked: true, bytes: { least: 0, most: 31 } },
          after: { masked: true, bytes: { least: 32, most: 63 } },
        },
        { field: 'description', before: '', after: 'of the API' },
      ],
    });
    const revealed = await call('diff', ...pair, ...flags, '--reveal');
    expect(JSON.parse(revealed.stdout.toString())).toMatchObject({
      differences: [{ field: 'value', before: ONE, after: TWO }, {}],
    });
  });

  test('--exit-code exits 3 for a difference, and 0 for none', async () => {
    const name = await createSecret();
    expect((await call('diff', `${name}@1`, `${name}@2`, '--exit-code')).code).toBe(3);
    const same = await call('diff', `${name}@2`, `${name}@3`, '--exit-code');
    expect([same.code, same.stdout.toString()]).toEqual([0, 'no differences\n']);
    const json = await call('diff', `${name}@2`, `${name}@3`, '--exit-code', '--json');
    expect(json.code).toBe(0);
    expect(JSON.parse(json.stdout.toString())).toEqual({ version: 1, differences: [] });
  });

  test.each(['9', 'nobody'])('names the existing versions instead of %s', async (version) => {
    const name = await createSecret();
    const { code, stdout, stderr } = await call('diff', `${name}@1`, `${name}@${version}`);
    expect(code).toBe(1);
    expect(stdout).toHaveLength(0);
    expect(stderr).toContain(`${name} has no version ${version}`);
    expect(stderr).toContain('the versions are 1 first, 2, 3');
    expectHidden(ONE, { stderr });
  });

  test('shows a change of type, and masks a value that was not a secret before', async () => {
    const name = `/${aws.unique('typed')}`;
    await stored.put(name, ONE);
    await stored.put(name, TWO, KEY);
    const { stdout } = await call('diff', `${name}@1`, `${name}@2`);
    expect(stdout.toString()).toContain('type: "String" → "SecureString"');
    expect(stdout.toString()).toContain('value: changed');
    for (const secret of [ONE, TWO]) expectHidden(secret, { stdout });
  });

  test('accepts names without their leading slash, as get does', async () => {
    const name = await createSecret();
    for (const bare of [name, name.slice(1)]) {
      const { code, stderr } = await call('diff', `${bare}@2`, `${bare}@3`);
      expect(code, stderr).toBe(0);
    }
  });

  test('can be of two parameters', async () => {
    const [one, two] = [await createSecret(), await createSecret()];
    const { code } = await call('diff', `${one}@1`, `${two}@1`, '--exit-code');
    expect(code).toBe(0);
  });

  test.each([
    ['one version alone', ['NAME@1'], 'exactly two'],
    ['three of them', ['NAME@1', 'NAME@2', 'NAME@3'], 'exactly two'],
    ['a version and a manifest', ['NAME@1', 'app.yml'], 'exactly two'],
    ['markdown', ['NAME@1', 'NAME@2', '--format', 'markdown'], 'text or json'],
    ['an unknown format', ['NAME@1', 'NAME@2', '--format', 'yaml'], '--format cannot be yaml'],
  ])('refuses %s', async (_, args, message) => {
    const words = args.map((arg) => arg.replace('NAME', '/any/name'));
    const { code, stdout, stderr } = await call('diff', ...words);
    expect(code).toBe(2);
    expect(stdout).toHaveLength(0);
    expect(stderr).toContain(message);
  });
});
