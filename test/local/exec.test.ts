import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { CLI, coffer, run } from '../support/cli.ts';
import { HAS_PTY, runInTerminal } from '../support/terminal.ts';
import { createWorkspace } from '../support/workspace.ts';

/** Where temporary files are: in memory, if possible. */
const MEMORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** Plain values, which need no AWS. */
async function createApp() {
  const memory = await mkdtemp(join(MEMORY, 'test-'));
  onTestFinished(() => rm(memory, { recursive: true }));
  const app = await createWorkspace({
    binary: Uint8Array.of(0, 1, 2),
    'app.yml': `path: /app/
region: us-east-1
kmskey: alias/app
bucket: app-bucket
parameters:
  - {name: db.password, type: SecureString, value: "one\\ntwo"}
  - {name: tls/keystore, type: SecureString, file: binary}
`,
  });
  const env = { HOME: app.folder, XDG_RUNTIME_DIR: memory, TMPDIR: memory };
  const exec = (args: readonly string[], more: Readonly<Record<string, string>> = {}) =>
    coffer(['exec', 'app.yml', ...args], { cwd: app.folder, env: { ...env, ...more } });
  return { ...app, env, exec, memory, inMemory: () => readdir(memory) };
}

const NO_FILES = ['--only', 'db.password', '--'];

function script(source: string): string[] {
  return [process.execPath, '-e', source];
}

const PRINT = script('console.log(JSON.stringify(process.env))');

describe('the environment', () => {
  test("is the caller's plus the secrets, which win", async () => {
    const { exec } = await createApp();
    const { stdout, stderr } = await exec([...NO_FILES, ...PRINT], { DB_PASSWORD: 'x', OWN: 'y' });
    expect(stderr).toBe('');
    const seen = JSON.parse(stdout.toString()) as Record<string, string>;
    expect(seen).toMatchObject({ DB_PASSWORD: 'one\ntwo', OWN: 'y' });
    // Variables that coffer sets for itself.
    expect(Object.keys(seen).filter((name) => name.startsWith('AWS_'))).toEqual([]);
  });

  test('has only the secrets with --pristine, also with exact names', async () => {
    const { exec } = await createApp();
    const args = ['--pristine', '--names', 'exact', '--prefix', 'app.', ...NO_FILES, 'env'];
    const { stdout } = await exec(args, { OWN: 'y' });
    expect(stdout.toString()).toBe('app.db.password=one\ntwo\n');
  });
});

describe('a name that programs obey', () => {
  const SPECIAL = `path: /app/
region: us-east-1
parameters:
  - {name: bash_env, type: String, value: ./evil.sh}
  - {name: harmless, type: String, value: fine}
`;

  test('is refused before the command starts', async () => {
    const { exec, files, write } = await createApp();
    await write('app.yml', SPECIAL);
    const { code, stderr } = await exec(['--', 'touch', 'started']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^app\.yml:4:\d+: error: bash_env would set BASH_ENV, .* obey$/m);
    expect(stderr).toMatch(/hint: .*--prefix.*--only.*--allow-special/);
    expect(await files()).not.toContain('started');
  });

  test.each([
    [['--prefix', 'APP_'], 'APP_BASH_ENV=./evil.sh\nAPP_HARMLESS=fine\n'],
    [['--only', 'harmless'], 'HARMLESS=fine\n'],
    [['--allow-special'], 'BASH_ENV=./evil.sh\nHARMLESS=fine\n'],
  ])('is no obstacle with %j', async (args, expected) => {
    const { exec, write } = await createApp();
    await write('app.yml', SPECIAL);
    const { stdout } = await exec([...args, '--pristine', '--', 'env']);
    expect(stdout.toString()).toBe(expected);
  });
});

describe('a value that cannot be a variable', () => {
  const LOOK = script(`
    const { statSync, readFileSync } = require('node:fs');
    const { COFFER_FILES: folder, TLS_KEYSTORE_FILE: file } = process.env;
    const mode = (path) => (statSync(path).mode & 0o777).toString(8);
    console.log(JSON.stringify({ folder, file, modes: [mode(folder), mode(file)],
      bytes: [...readFileSync(file)] }));
    process.exit(9);`);

  test('becomes a file for the command, removed if the command fails', async () => {
    const { exec, memory, inMemory } = await createApp();
    const { code, stdout } = await exec(['--', ...LOOK]);
    expect(code).toBe(9);
    const { folder, file, ...rest } = JSON.parse(stdout.toString()) as Record<string, string>;
    expect(rest).toEqual({ modes: ['700', '600'], bytes: [0, 1, 2] });
    expect(file).toBe(`${folder}/TLS_KEYSTORE`);
    expect(folder).toContain(`${memory}/`);
    expect(await inMemory()).toEqual([]);
  });

  test('is removed if the command cannot be run', async () => {
    const { exec, inMemory } = await createApp();
    expect((await exec(['--', 'no-such-command'])).code).toBe(127);
    expect(await inMemory()).toEqual([]);
  });

  test('stays with --files', async () => {
    const { exec, path, files } = await createApp();
    const { stdout } = await exec(['--files', 'kept', '--pristine', '--', 'env']);
    expect(stdout.toString()).toContain(`TLS_KEYSTORE_FILE=${path('kept/TLS_KEYSTORE')}\n`);
    expect(await files()).toEqual(['app.yml', 'binary', 'kept/TLS_KEYSTORE']);
  });
});

describe('the exit code', () => {
  test.each([
    [['sh', '-c', 'exit 42'], 42, ''],
    [['sh', '-c', 'kill -KILL $$'], 137, ''],
    [['no-such-command'], 127, 'command not found: no-such-command'],
    [['./app.yml'], 126, 'cannot run ./app.yml'],
    [['./bad'], 127, './bad needs an interpreter'],
  ])('of %j is %i', async (command, status, message) => {
    const { exec, write, path } = await createApp();
    await write('bad', '#!/no/such/interpreter\n');
    await chmod(path('bad'), 0o755);
    const { code, stderr } = await exec([...NO_FILES, ...command]);
    expect(code).toBe(status);
    if (message === '') expect(stderr).toBe('');
    else expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/one|two|^\s+at /m);
  });

  test('is 1, with a clear error, if the environment is too big', async () => {
    const { exec, write } = await createApp();
    const values = Array.from(
      { length: 60 },
      (_, i) => `  - {name: v${i}, type: String, file: big}`,
    );
    await write('big', 'x'.repeat(120_000));
    await write(
      'app.yml',
      `path: /app/\nregion: us-east-1\nbucket: b-b\nkmskey: alias/a\nparameters:\n${values.join('\n')}\n`,
    );
    const { code, stdout, stderr } = await exec(['--', 'true']);
    expect(code).toBe(1);
    expect(stdout).toHaveLength(0);
    expect(stderr).toContain('the environment for true is too large');
  });

  test.each([
    [['exec', 'app.yml', 'env'], 'write it after --'],
    [['exec', '--', 'env'], 'needs a manifest'],
  ])('of %j is 2', async (args, message) => {
    const { folder } = await createApp();
    const { code, stdout, stderr } = await coffer(args, { cwd: folder });
    expect(code).toBe(2);
    expect(stdout).toHaveLength(0);
    expect(stderr).toContain(message);
  });
});

/** Runs a line of bash in which "$@" is coffer exec. */
async function shell(line: string) {
  const { env, folder, write } = await createApp();
  await write('three', 'from three\n');
  const words = ['-c', line, 'bash', process.execPath, CLI, 'exec', 'app.yml', ...NO_FILES];
  return run('bash', words, { cwd: folder, env });
}

// Elsewhere nothing tells inherited descriptors from Node's own.
describe.runIf(existsSync('/proc/self/fd'))('descriptors above 2', () => {
  test.each([
    ['a file', '"$@" cat /dev/fd/3 3< three', 'from three\n'],
    ['a pipe', `"$@" sh -c 'cat "$0"' <(echo from a pipe)`, 'from a pipe\n'],
    ['another number', '"$@" bash -c "cat <&20" 20< three', 'from three\n'],
    ['copies of standard output', `"$@" sh -c 'echo a >&3; echo b >&4' 3>&1 4>&1`, 'a\nb\n'],
  ])('reach the command: %s', async (_, line, expected) => {
    const { code, stdout, stderr } = await shell(line);
    expect(code, stderr).toBe(0);
    expect(stdout.toString()).toBe(expected);
  });

  test.each([
    ['3< /dev/null', 3],
    ['9< /dev/null', 9],
    ['9> /dev/null', 9],
    ['30< /dev/null', 30],
  ])('reach the command: %s', async (redirection, number) => {
    const { code, stderr } = await shell(
      `"$@" sh -c 'test -e /proc/$$/fd/${number}' ${redirection}`,
    );
    expect(code, stderr).toBe(0);
  });

  test.each([
    ['next to each other', '3< <(:) 4> /proc/self/fd/3', 3, 4],
    ['elsewhere', '8< <(:) 9> /proc/self/fd/8', 8, 9],
  ])('reach the command: both ends of a pipe, %s', async (_, ends, one, other) => {
    const check = `sh -c 'test -e /proc/$$/fd/${one} && test -e /proc/$$/fd/${other}'`;
    const { code, stderr } = await shell(`exec ${ends}; "$@" ${check}`);
    expect(code, stderr).toBe(0);
  });

  test('reach the command: the jobserver of make', async () => {
    const { env, folder, write } = await createApp();
    const call = `${process.execPath} ${CLI} exec app.yml ${NO_FILES.join(' ')}`;
    await write('Makefile', `all:\n\t+@${call} $(MAKE) sub\nsub:\n\t@echo made\n`);
    const { code, stdout, stderr } = await run('make', ['-j2'], { cwd: folder, env });
    expect(stderr).toBe('');
    expect(stdout.toString()).toContain('made');
    expect(code).toBe(0);
  });

  test("of Node's own do not", async () => {
    const { stdout } = await shell(`"$@" sh -c 'ls /proc/$$/fd' 3< three`);
    // Descriptors that the test runner passed on may be there, too.
    const own = await run('sh', ['-c', 'exec 3< three; ls /proc/$$/fd'], {
      cwd: (await createWorkspace({ three: '' })).folder,
    });
    expect(stdout.toString()).toBe(own.stdout.toString());
  });
});

test.runIf(HAS_PTY)('stops with its command, and continues with it', async () => {
  const { folder, env } = await createApp();
  const call = `"${process.execPath}" "${CLI}" exec app.yml ${NO_FILES.join(' ')}`;
  const { code, shown } = await runInTerminal(
    ['bash', '--norc', '-i'],
    [
      ['bash-', `${call} sh -c 'kill -STOP $$; echo it is $((40 + 2))'\r`],
      ['Stopped', 'fg\r'],
      ['it is 42', 'exit 5\r'],
    ],
    { cwd: folder, env: { ...env, PATH: process.env['PATH'], TERM: 'xterm' } },
  );
  expect(shown).toContain('it is 42');
  expect(code).toBe(5);
});

describe('signals', () => {
  const SIGNALS = [
    'SIGINT',
    'SIGHUP',
    'SIGQUIT',
    'SIGUSR1',
    'SIGUSR2',
    'SIGWINCH',
    'SIGTERM',
  ] as const;

  test('reach the command, which handles them', async () => {
    const { env, folder, inMemory } = await createApp();
    const command = script(`
      for (const signal of ${JSON.stringify(SIGNALS)}) process.on(signal, () => {
        console.log(signal);
        if (signal === 'SIGTERM') process.exit(7);
      });
      console.log('ready');
      setTimeout(() => {}, 20_000);`);
    const child = spawn(process.execPath, [CLI, 'exec', 'app.yml', '--', ...command], {
      cwd: folder,
      env: { ...env, PATH: process.env['PATH'] },
    });
    const lines: string[] = [];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      lines.push(...text.trim().split('\n'));
      const next = SIGNALS[lines.length - 1];
      if (next) child.kill(next);
    });
    let stderr = '';
    child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect({ code, stderr }).toEqual({ code: 7, stderr: '' });
    expect(lines).toEqual(['ready', ...SIGNALS]);
    expect(await inMemory()).toEqual([]);
  });

  test.skipIf(!HAS_PTY)('Ctrl-C in a terminal reaches it once', async () => {
    const { env, folder, inMemory } = await createApp();
    const command = script(`
      let count = 0;
      process.on('SIGINT', () => {
        count += 1;
        setTimeout(() => { console.log(count + ' times'); process.exit(3); }, 300);
      });
      console.log('ready');
      setTimeout(() => {}, 20_000);`);
    const { code, shown } = await runInTerminal(
      [process.execPath, CLI, 'exec', 'app.yml', '--', ...command],
      [['ready', '\u0003']],
      { cwd: folder, env },
    );
    expect(await inMemory()).toEqual([]);
    expect(shown).toContain('1 times');
    expect(code).toBe(3);
  });
});
