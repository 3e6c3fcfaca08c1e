import { describe, expect, test } from 'vitest';
import { thisProcess } from '../../src/files/this-process.ts';
import { coffer, cofferProcess } from '../support/cli.ts';
import { createRepository } from '../support/repository.ts';
import { cofferInTerminal, HAS_PTY } from '../support/terminal.ts';
import { createWorkspace } from '../support/workspace.ts';

const FLAGS = ['--path', '/apps/x', '--region', 'us-east-1', '--kmskey', 'alias/x'];

test('writes a manifest that check accepts, with a schema that editors find', async () => {
  const app = await createRepository({ 'deep/er/x': '' });
  const call = (...args: string[]) => coffer(args, { cwd: app.path('deep/er') });
  const made = await call('init', 'app.yml', ...FLAGS, '--account', '012345678901');
  expect(made.code, made.stderr).toBe(0);
  expect(await app.text('deep/er/app.yml')).toMatch(
    /^# yaml-language-server: \$schema=\.\.\/\.\.\/coffer\.schema\.json\n/,
  );
  expect((await call('schema')).stdout.toString()).toBe(await app.text('coffer.schema.json'));
  expect(await call('check')).toMatchObject({ code: 0, stderr: '1 manifest, no problems\n' });
  // The next two commands; nothing is asked, and git is left alone.
  expect(made.stderr).toMatch(/next:\n {2}coffer set app\.yml .*\n {2}coffer bootstrap app\.yml /);
  expect(await app.files()).not.toContain('.gitattributes');
});

test('a second manifest uses the same schema, whatever is in it', async () => {
  const app = await createRepository({ 'coffer.schema.json': '{}', 'a/coffer.schema.json': '{}' });
  await coffer(['init', 'a/b.yml', ...FLAGS], { cwd: app.folder });
  await coffer(['init', 'c.yml', ...FLAGS], { cwd: app.folder });
  expect(await app.text('a/b.yml')).toContain('$schema=./coffer.schema.json\n');
  expect(await app.text('c.yml')).toContain('$schema=./coffer.schema.json\n');
  expect(await app.text('coffer.schema.json')).toBe('{}');
});

test('--no-schema and --git do as they say', async () => {
  const app = await createRepository();
  const args = ['init', 'app.yml', ...FLAGS, '--no-schema', '--git'];
  const { code, stderr } = await coffer(args, { cwd: app.folder });
  expect(code, stderr).toBe(0);
  expect(await app.text('app.yml')).not.toContain('$schema');
  expect(await app.text('.gitattributes')).toContain('/app.yml diff=coffer merge=coffer\n');
  expect(await app.text('.git/hooks/pre-commit')).toContain('coffer check --staged');
});

test('--regions makes a manifest of several regions', async () => {
  const app = await createWorkspace();
  const call = [
    'init',
    'app.yml',
    ...FLAGS.slice(0, 2),
    ...FLAGS.slice(4),
    '--regions',
    'us-east-1,EU-west-1',
  ];
  const made = await coffer([...call, '--bucket', 'app-{region}'], { cwd: app.folder });
  expect(made.code, made.stderr).toBe(0);
  expect(await app.text('app.yml')).toContain(
    '\nregions: [us-east-1, eu-west-1] # every parameter',
  );
  expect(await coffer(['check'], { cwd: app.folder })).toMatchObject({ code: 0 });
});

describe('is refused, and writes nothing:', () => {
  test.each([
    [['init'], 'needs --path, --region, --kmskey'],
    [['init', 'app.yml', '--path', '/x/', '--region', 'us-east-1'], 'needs --kmskey'],
    [['init', 'app.yml', ...FLAGS, '--account', '1'], '"account" must be the twelve digits'],
    [['init', 'app.yml', '--path', 'x', ...FLAGS.slice(2)], '"path" does not begin with a slash'],
    [['init', 'none/of/app.yml', ...FLAGS], 'make its folder with mkdir -p none/of;'],
    [['init', 'none/of/app.yml'], 'make its folder with mkdir -p none/of;'],
    [['set', 'none/app.yml', 'a', '--init', ...FLAGS], 'make its folder with mkdir -p none;'],
    [['set', 'none/app.yml', 'a'], 'make its folder with mkdir -p none;'],
    [['create', 'none/app.yml', 'a'], 'make its folder with mkdir -p none;'],
    [['import', '/x/', '-o', 'none/app.yml', ...FLAGS.slice(2, 4)], 'mkdir -p none;'],
    [['set', 'app.yml', 'a'], 'coffer set app.yml a --init --path PATH'],
    [['create', 'app.yml', 'a'], 'coffer set app.yml a --init --path PATH'],
    [['init', 'app.yml', ...FLAGS, '--regions', 'a'], '--regions cannot be used with --region'],
    [
      ['init', 'app.yml', ...FLAGS.slice(0, 2), ...FLAGS.slice(4), '--regions', 'us-east-1,'],
      'region',
    ],
    [
      ['set', 'app.yml', 'a', '--regions', 'us-east-1'],
      '--regions is for a new manifest: add --init',
    ],
    [['init', '-', ...FLAGS], 'cannot write standard input'],
  ])('%j', async (args, says) => {
    const app = await createWorkspace();
    const { code, stderr } = await coffer(args, { cwd: app.folder });
    expect(stderr).toContain(says);
    expect(code).not.toBe(0);
    expect(await app.files()).toEqual([]);
  });

  test('a file that exists, even if two begin at once', async () => {
    const app = await createWorkspace();
    const begin = (path: string) =>
      cofferProcess(['init', 'app.yml', '--path', path, ...FLAGS.slice(2)], { cwd: app.folder });
    const both = await Promise.all([begin('/one/'), begin('/two/')]);
    expect(new Set(both.map(({ code }) => code))).toEqual(new Set([0, 2]));
    const before = await app.text('app.yml');
    const loser = both.find(({ code }) => code === 2);
    expect(loser?.stderr).toContain('app.yml already exists');
    expect(before).toContain(both[0]?.code === 0 ? 'path: /one/' : 'path: /two/');
    expect((await begin('/three/')).code).toBe(2);
    expect(await app.text('app.yml')).toBe(before);
  });

  test('a file that exists, whose lock a dead process left: init takes it away', async () => {
    const dead = { ...thisProcess(), pid: 2 ** 22 + 1, token: '0123456789ab' };
    const left = { '.app.coffer/.gitignore': '*\n', '.app.coffer/lock': JSON.stringify(dead) };
    const app = await createWorkspace({ 'app.yml': 'x', ...left });
    const { code, stderr } = await coffer(['init', 'app.yml', ...FLAGS], { cwd: app.folder });
    expect(code).toBe(2);
    expect(stderr).toContain('app.yml already exists');
    expect(await app.files()).toEqual(['app.yml']);
  });
});

describe.runIf(HAS_PTY)('in a terminal', () => {
  test('asks for what the flags leave out, again after a mistake, and offers git', async () => {
    const app = await createRepository();
    const { code, shown } = await cofferInTerminal(
      ['init', 'app.yml', '--kmskey', 'alias/mine'],
      [
        ['[/app/]: ', 'apps\r'],
        ['does not begin with a slash', ''],
        ['[/app/]: ', '/apps/x/\r'],
        ['AWS region', 'eu-west-1\r'],
        ['Bucket', '\r'],
        ['account', '111122223333\r'],
        ['[y/n] ', 'y\r'],
      ],
      { cwd: app.folder, env: { PATH: process.env['PATH'] ?? '' } },
    );
    expect(code, shown).toBe(0);
    expect(await app.text('app.yml')).toMatch(
      /path: \/apps\/x\/ .*\nregion: eu-west-1 .*\n# bucket.*\naccount: "111122223333" .*\nkmskey: alias\/mine /,
    );
    expect(shown).not.toContain('KMS key');
    expect(await app.text('.gitattributes')).toContain('/app.yml');
    expect(await app.files()).toContain('.git/hooks/pre-commit');
  });

  test('asks nothing if the flags say all', async () => {
    const app = await createRepository();
    const { code, shown } = await cofferInTerminal(['init', 'app.yml', ...FLAGS], [], {
      cwd: app.folder,
      env: { PATH: process.env['PATH'] ?? '' },
    });
    expect(code, shown).toBe(0);
  });
});
