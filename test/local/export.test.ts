import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CLI, coffer, run } from '../support/cli.ts';
import { readGithubEnv } from '../support/github-runner.ts';
import { createWorkspace } from '../support/workspace.ts';

/** Plain values, which need no AWS. */
async function createApp() {
  const app = await createWorkspace({
    binary: Uint8Array.of(0, 1, 2),
    'app.yml': `path: /app/
region: us-east-1
kmskey: alias/app
bucket: app-bucket
parameters:
  - {name: spring.password, type: SecureString, value: "one\\ntwo"}
  - {name: 2fa, type: String, value: open}
  - {name: tls/keystore, type: SecureString, file: binary}
`,
  });
  const call = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    coffer(['export', 'app.yml', ...args], { cwd: app.folder, env });
  return { ...app, call };
}

describe('a value that a format cannot hold', () => {
  test('is an error with name and place, and nothing is printed or written', async () => {
    const { call, files } = await createApp();
    const { code, stdout, stderr } = await call(['--format', 'docker']);
    expect(code).toBe(2);
    expect(stdout).toHaveLength(0);
    expect(stderr).toMatch(/^app\.yml:6:\d+: error: spring\.password: .*line break/m);
    expect(stderr).toContain('--files DIR');
    expect(await files()).toEqual(['app.yml', 'binary']);
  });

  test('is left out with a warning only if it is binary', async () => {
    const { call } = await createApp();
    const { code, stdout, stderr } = await call(['--format', 'json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout.toString())).toEqual({ 'spring.password': 'one\ntwo', '2fa': 'open' });
    expect(stderr).toContain('tls/keystore is left out: it is binary');
  });
});

describe('names', () => {
  test.each([
    ['dotenv', ['--names', 'lower', '--only', '2fa'], "_2fa='open'\n"],
    ['shell', ['--prefix', 'app_', '--only', '2fa'], "export app_2FA='open'\n"],
  ])('of %s with %j', async (format, args, expected) => {
    const { call } = await createApp();
    const { stdout, stderr } = await call(['--format', format, ...args]);
    expect(stderr).toBe('');
    expect(stdout.toString()).toBe(expected);
  });

  test.each([
    [['--format', 'dotenv', '--names', 'exact', '--only', '2fa'], '2fa cannot be the name'],
    [['--names', 'exact'], 'spring.password cannot be the name of a variable'],
    [['--format', 'k8s', '--name', 'x', '--prefix', 'a'], '--prefix cannot be used'],
    [['--out-dir', 'x', '--format', 'json'], '--format cannot be used'],
    [['--format', 'github'], 'needs GITHUB_ENV'],
  ])('refuses %j', async (args, message) => {
    const { call, files } = await createApp();
    const { code, stdout, stderr } = await call(args);
    expect(code).toBe(2);
    expect(stdout).toHaveLength(0);
    expect(stderr).toContain(message);
    expect(await files()).toEqual(['app.yml', 'binary']);
  });
});

test.each([
  [[], 0, 'username: zsh has a variable USERNAME of its own and would not keep the value'],
  [['--shell', 'bash'], 0, ''],
  [['--shell', 'zsh'], 2, 'username: zsh has a variable USERNAME of its own'],
])('username with %j exits %i', async (args, expected, message) => {
  const { call, write } = await createApp();
  await write(
    'app.yml',
    'path: /app/\nregion: us-east-1\nparameters:\n  - {name: username, type: String, value: me}\n',
  );
  const { code, stdout, stderr } = await call(args);
  expect(code).toBe(expected);
  expect(stdout.toString()).toBe(expected === 0 ? "export USERNAME='me'\n" : '');
  if (message === '') expect(stderr).toBe('');
  else expect(stderr).toContain(message);
});

test('github masks only secrets, and keeps what is in the file', async () => {
  const { call, path, text, write } = await createApp();
  await write('github.env', 'BEFORE=kept');
  const { stdout, stderr } = await call(['--format', 'github'], { GITHUB_ENV: path('github.env') });
  expect(stderr).toContain('tls/keystore is left out');
  expect(stderr).toContain('spring.password: 2 lines of three characters or fewer');
  expect(stdout.toString()).toBe('');
  expect(readGithubEnv(await text('github.env'))).toEqual({
    BEFORE: 'kept',
    SPRING_PASSWORD: 'one\ntwo',
    _2FA: 'open',
  });
});

test.skipIf(!existsSync('/dev/full'))('reports a full disk', async () => {
  const { folder } = await createApp();
  const line = `exec "$@" > /dev/full`;
  const call = ['-c', line, 'sh', process.execPath, CLI, 'export', 'app.yml', '--only', '2fa'];
  const { code, stderr } = await run('sh', call, { cwd: folder });
  expect(stderr).toBe(
    'coffer: error: cannot write standard output: the disk is full\n' +
      '  hint: make room and run the command again\n',
  );
  expect(code).toBe(1);
});
