import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { coffer } from '../support/cli.ts';

const call = (...args: string[]) => coffer(args, { cwd: tmpdir() });

test('coffer alone is an overview, and no success', async () => {
  const [alone, asked] = [await call(), await call('help')];
  expect(alone).toMatchObject({ code: 2, stderr: '' });
  expect(alone.stdout.toString()).toContain('Where to begin\n  coffer encrypt app.yml ');
  expect(asked).toEqual({ ...alone, code: 0 });
});

test('help of a command is the same, wherever the word stands', async () => {
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

test('--version tells of coffer and of Node', async () => {
  const { code, stdout } = await call('sync', '--version');
  expect(code).toBe(0);
  expect(stdout.toString()).toMatch(/^coffer \d+\.\d+\.\d+, node \d+\.\d+\.\d+\n/);
});

test('a call that is wrong is told to people on stderr, and with --json to programs on stdout', async () => {
  const { code, stdout, stderr } = await call('help', 'encrpyt', '--json');
  const says = { message: 'unknown command encrpyt', hint: 'did you mean encrypt?' };
  expect(code).toBe(2);
  expect(stderr).toBe(`coffer: error: ${says.message}\n  hint: ${says.hint}\n`);
  expect(JSON.parse(stdout.toString())).toEqual({
    version: 1,
    error: { code: 'usage', ...says, problems: [says] },
  });
});

test('where stdout is data, --json is refused', async () => {
  const { code, stderr } = await call('get', '/app/token', '--json');
  expect(code).toBe(2);
  expect(stderr).toContain(
    'coffer get does not support --json\n  hint: standard output is the value',
  );
});
