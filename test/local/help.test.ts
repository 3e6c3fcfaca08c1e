import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { coffer } from '../support/cli.ts';

const call = (...args: string[]) => coffer(args, { cwd: tmpdir() });

test('coffer without arguments prints an overview, and exits with an error code', async () => {
  const [alone, asked] = [await call(), await call('help')];
  expect(alone).toMatchObject({ code: 2, stderr: '' });
  expect(alone.stdout.toString()).toContain('Where to begin\n  coffer init app.yml ');
  expect(asked).toEqual({ ...alone, code: 0 });
});

test('help --all prints everything', async () => {
  const all = await call('help', '--all');
  expect(all).toMatchObject({ code: 0, stderr: '' });
  expect(all.stdout.toString()).toContain('Global flags\n');
});

test('prints the same help for a command, for any position of the word help', async () => {
  const [before, behind, late] = [
    await call('help', 'sync'),
    await call('sync', '--help'),
    await call('--no-color', 'help', 'sync'),
  ];
  expect(before).toMatchObject({ code: 0, stderr: '' });
  expect(before.stdout.toString()).toMatch(/^coffer sync MANIFEST\.\.\. \[flags\]\n/);
  expect(behind).toEqual(before);
  expect(late).toEqual(before);
});

test('--version prints the versions of coffer and Node', async () => {
  const { code, stdout } = await call('sync', '--version');
  expect(await call('version')).toEqual({ code, stdout, stderr: '' });
  expect(code).toBe(0);
  expect(stdout.toString()).toMatch(/^coffer \d+\.\d+\.\d+, node \d+\.\d+\.\d+\n/);
});

test('help help is help', async () => {
  expect(await call('help', 'help')).toEqual(await call('help'));
});

test('reports a wrong call on stderr, and with --json also on stdout', async () => {
  const { code, stdout, stderr } = await call('help', 'encrpyt', '--json');
  const says = { message: 'unknown command encrpyt', hint: 'did you mean encrypt?' };
  expect(code).toBe(2);
  expect(stderr).toBe(`coffer: error: ${says.message}\n  hint: ${says.hint}\n`);
  expect(JSON.parse(stdout.toString())).toEqual({
    version: 1,
    error: { code: 'usage', ...says, problems: [says] },
  });
});

test('refuses --json if stdout is data', async () => {
  const { code, stderr } = await call('get', '/app/token', '--json');
  expect(code).toBe(2);
  expect(stderr).toContain(
    'coffer get does not support --json\n  hint: standard output is the value',
  );
});
