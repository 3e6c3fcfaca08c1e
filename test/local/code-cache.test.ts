import {
  chmod,
  chown,
  copyFile,
  cp,
  mkdir,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { FILE_BYTES, findCode, sharedFolder } from '../../src/cli/start/code-cache.ts';
import { readKept, writeKept } from '../../src/cli/start/kept-file.ts';
import { CLI, cofferProcess, run } from '../support/cli.ts';
import { createWorkspace, type Workspace } from '../support/workspace.ts';

const MANIFEST = `path: /app/
region: us-east-1
kmskey: alias/app
parameters:
  - name: plain
    type: string
    value: text
`;
const FOLDER = '.cache/coffer/compiled';

const dist = (name: string) => fileURLToPath(new URL(`../../dist/${name}`, import.meta.url));

async function createHome(env: Readonly<Record<string, string>> = {}) {
  const home = await createWorkspace({ 'app.yml': MANIFEST });
  const call = (...args: readonly string[]) =>
    cofferProcess(args, { cwd: home.folder, env: { XDG_CACHE_HOME: '', ...env } });
  /** Checks the manifest, which must work whatever the cache is. */
  const check = async () => {
    expect(await call('check', 'app.yml')).toMatchObject({
      code: 0,
      stderr: '1 manifest, no problems\n',
    });
  };
  const kept = () => readdir(home.path(FOLDER)).catch(() => []);
  return { ...home, call, check, kept };
}

/** A copy of coffer in a folder, and how to call it. */
async function installIn(folder: string, home: Workspace) {
  await mkdir(folder, { recursive: true });
  for (const name of ['cli.cjs', 'commands.cjs']) await copyFile(dist(name), join(folder, name));
  const script = join(folder, 'cli.cjs');
  const check = (env: Readonly<Record<string, string>> = {}) =>
    run(process.execPath, [script, 'check', 'app.yml'], {
      cwd: home.folder,
      env: { HOME: home.folder, XDG_CACHE_HOME: '', ...env },
    });
  return { check, script };
}

test('a command that worked keeps its compiled code, and the next run uses it', async () => {
  const { check, kept, path } = await createHome();
  await check();
  const [name = '', ...others] = await kept();
  expect(name).toMatch(/-check$/);
  expect(others).toEqual([]);
  const file = path(join(FOLDER, name));
  const before = await stat(file);
  expect(before.mode & 0o777).toBe(0o600);
  await check();
  expect((await stat(file)).ino).toBe(before.ino);
});

test('a run that loads more adds it to what is kept', async () => {
  const { call, kept, path } = await createHome();
  const sizes: number[] = [];
  for (const format of ['shell', 'dotenv', 'shell', 'dotenv']) {
    expect((await call('export', 'app.yml', '--format', format)).code).toBe(0);
    const [name = '', ...others] = await kept();
    expect(others).toEqual([]);
    sizes.push((await stat(path(join(FOLDER, name)))).size);
  }
  const [first = 0, second = 0] = sizes;
  expect(second).toBeGreaterThan(first);
  expect(sizes.slice(2)).toEqual([second, second]);
});

test.each([
  ['an alias', ['plan', 'app.yml', '--help']],
  ['help', ['--help']],
  ['-h', ['-h']],
  ['the version', ['version']],
  ['flags before the command', ['--region', 'us-east-1', '--concurrency', '4', 'check', 'app.yml']],
  ['a command behind --', ['exec', 'app.yml', '--', 'true', 'get']],
])('a call with %s is not compiled again', async (_, args) => {
  const { call, kept, path } = await createHome({ NO_COLOR: '1' });
  expect((await call(...args)).code).toBe(0);
  const [name = '', ...others] = await kept();
  expect(others).toEqual([]);
  const before = await stat(path(join(FOLDER, name)));
  expect((await call(...args)).code).toBe(0);
  expect(await kept()).toEqual([name]);
  expect((await stat(path(join(FOLDER, name)))).ino).toBe(before.ino);
});

test('modules of another version are refused in words, and nothing of them is kept', async () => {
  const home = await createHome();
  const { path, files } = home;
  const installed = await installIn(path('dist'), home);
  const table = await readFile(path('dist/commands.cjs'), 'latin1');
  await writeFile(path('dist/commands.cjs'), table.replace(/\/\*\w{16}/, '/*0000000000000000'));
  const { code, stderr } = await installed.check();
  expect(code).toBe(1);
  expect(stderr).toMatch(/^coffer: error: \S+commands\.cjs is of another version\n {2}hint: .*\n$/);
  expect((await files()).filter((name) => name.startsWith('.cache'))).toEqual([]);
});

test('the YAML library is loaded only for a manifest that is not in the ordinary style', async () => {
  const table = createRequire(import.meta.url)('../../dist/commands.cjs') as Record<
    string,
    () => void
  >;
  const library = Object.keys(table).filter((name) =>
    table[name]?.toString().includes('Nested mappings are not allowed'),
  );
  expect(library).toHaveLength(1);
  const isLoaded = async (text: string) => {
    const { check, kept, path } = await createHome();
    await writeFile(path('app.yml'), text);
    await check();
    const content = readKept(path(join(FOLDER, (await kept())[0] ?? '')), 'own', FILE_BYTES);
    const place = Object.keys(table).indexOf(library[0] ?? '');
    const pieces = findCode(['check'], () => content)?.pieces ?? [];
    return pieces.some(({ modules }) => modules.split(' ').includes(`${place}`));
  };
  expect(await isLoaded(MANIFEST)).toBe(false);
  expect(await isLoaded(MANIFEST.replace('text', '&anchor text'))).toBe(true);
});

test('a command that failed keeps nothing, and neither does one with COFFER_CACHE=off', async () => {
  const { call, kept } = await createHome();
  expect((await call('check', 'missing.yml')).code).not.toBe(0);
  expect(await kept()).toEqual([]);
  const off = await createHome({ COFFER_CACHE: 'off' });
  await off.check();
  expect(await off.files()).toEqual(['app.yml']);
});

describe('code that cannot be used is ignored, and replaced', () => {
  test.each<[string, (whole: Buffer) => Buffer]>([
    ['garbage', () => Buffer.alloc(100_000, 7)],
    ['nothing', () => Buffer.alloc(0)],
    ['half of it', (whole) => whole.subarray(0, whole.length / 2)],
  ])('%s', async (_, damage) => {
    const { check, kept, path } = await createHome();
    await check();
    const file = path(join(FOLDER, (await kept())[0] ?? ''));
    const whole = await readFile(file);
    await writeFile(file, damage(whole));
    await check();
    expect((await stat(file)).size).toBeGreaterThan(100_000);
    expect(await kept()).toHaveLength(1);
  });

  test('of a V8 with other flags', async () => {
    const { check, folder, kept, path } = await createHome();
    const flags = ['--stack-size=900', CLI, 'check', 'app.yml'];
    const other = await run(process.execPath, flags, {
      cwd: folder,
      env: { HOME: folder, XDG_CACHE_HOME: '' },
    });
    expect(other.code).toBe(0);
    const file = path(join(FOLDER, (await kept())[0] ?? ''));
    const before = await readFile(file);
    await check();
    expect((await readFile(file)).equals(before)).toBe(false);
  });
});

test('cache clear removes the code, and nothing else', async () => {
  const { call, check, files, kept, write } = await createHome();
  await check();
  expect((await call('cache', 'clear')).code).toBe(0);
  expect(await files()).toEqual(['app.yml']);
  await check();
  await write(join(FOLDER, 'thesis.odt'), '');
  expect((await call('cache', 'clear')).code).toBe(0);
  expect((await kept()).filter((name) => !name.endsWith('-cache'))).toEqual(['thesis.odt']);
});

test('a branch cannot bring compiled code in a folder that the project names', async () => {
  const home = await createHome();
  const { kept, path } = home;
  // The same program with another message, of the same length: V8 compares no more of the source.
  const attacker = await installIn(path('attacker'), home);
  const table = await readFile(path('attacker/commands.cjs'), 'latin1');
  await writeFile(
    path('attacker/commands.cjs'),
    table.replace('length,"problem")', 'length,"exploit")'),
  );
  expect((await attacker.check()).stderr).toBe('1 manifest, no exploits\n');
  const [name = ''] = await kept();
  await mkdir(path('clone/.cache/coffer/compiled'), { recursive: true, mode: 0o700 });
  const forged = path(`clone/${FOLDER}/${name}`);
  await copyFile(path(join(FOLDER, name)), forged);
  const before = await readFile(forged);
  const victim = await installIn(path('victim'), home);
  const env = { HOME: '', XDG_CACHE_HOME: path('clone/.cache') };
  expect((await victim.check(env)).stderr).toBe('1 manifest, no problems\n');
  expect((await readFile(forged)).equals(before)).toBe(false);
});

test('code beside coffer itself works in a copy, as in the layers of an image', async () => {
  const home = await createHome();
  const { check, kept, path } = home;
  await check();
  const [name = ''] = await kept();
  const content = readKept(path(join(FOLDER, name)), 'own', FILE_BYTES) ?? Buffer.alloc(0);
  await rm(path('.cache'), { recursive: true });
  const built = await installIn(path('built'), home);
  await mkdir(sharedFolder(built.script));
  writeKept(join(sharedFolder(built.script), name), 'shared', content);
  await cp(path('built'), path('image'), { recursive: true });
  const { stderr } = await (await installIn(path('image'), home)).check();
  expect(stderr).toBe('1 manifest, no problems\n');
  // What is used is not kept again.
  expect(await kept()).toEqual([]);
});

test('cache warm says why there is nowhere to keep code', async () => {
  const off = await createHome({ COFFER_CACHE: 'off' });
  expect(await off.call('cache', 'warm')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('unset COFFER_CACHE') as string,
  });
  const without = await createHome({ HOME: '' });
  expect(await without.call('cache', 'warm')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('check HOME') as string,
  });
});

describe('works without a folder for it:', () => {
  const SOMEBODY = 12_345;
  test.each<[string, (path: (name: string) => string) => Promise<void>, 'root'?]>([
    ['one that is a link', (path) => symlink(path('elsewhere'), path('.cache/coffer'))],
    [
      'one that all may write',
      async (path) => {
        await mkdir(path('.cache/coffer'));
        await chmod(path('.cache/coffer'), 0o777);
      },
    ],
    [
      "somebody else's",
      async (path) => {
        await mkdir(path('.cache/coffer'), { mode: 0o700 });
        await chown(path('.cache/coffer'), SOMEBODY, SOMEBODY);
      },
      'root',
    ],
    ['where a file is in its place', (path) => writeFile(path('.cache/coffer'), '')],
  ])('%s', async (_, spoil, who) => {
    // Only root can give a folder away.
    if (who === 'root' && process.getuid?.() !== 0) return;
    const { check, folder, path, files } = await createHome();
    await mkdir(path('.cache'));
    await mkdir(path('elsewhere'), { mode: 0o700 });
    await spoil(path);
    const before = await files();
    await check();
    expect(await files()).toEqual(before);
    expect(await readdir(join(folder, 'elsewhere'))).toEqual([]);
  });

  test.each([
    ['no HOME', ''],
    ['a HOME that does not exist', '/nobody'],
    ['a HOME where nothing can be written', '/proc/self'],
  ])('%s', async (_, home) => {
    const { check, files } = await createHome({ HOME: home });
    await check();
    expect(await files()).toEqual(['app.yml']);
  });
});

test('two runs at once both work, and leave one cache', async () => {
  const { check, kept } = await createHome();
  await Promise.all([check(), check(), check()]);
  expect(await kept()).toEqual([expect.stringMatching(/-check$/)]);
  await check();
});

test('--version needs no cache, and answers a reader that left as other commands do', async () => {
  const { call, folder, files } = await createHome();
  const { code, stdout } = await call('--version');
  expect(code).toBe(0);
  expect(stdout.toString()).toMatch(/^coffer \S+, node \S+\n/);
  expect(await files()).toEqual(['app.yml']);
  // The shell waits until the pipe has no reader.
  const script = '(sleep 0.2; "$0" "$1" --version; echo $? >&2) | exec sh -c "exec <&-"';
  const left = await run('bash', ['-c', script, process.execPath, CLI], {
    cwd: folder,
    env: { HOME: folder, XDG_CACHE_HOME: '' },
  });
  expect(left.stderr).toBe('141\n');
});

test('stack traces name functions, and with source maps lines of the source', async () => {
  const { folder, path } = await createHome();
  await writeFile(path('fail.cjs'), "require('os').tmpdir = () => { throw new Error('bug'); };");
  const fail = async (...flags: readonly string[]) => {
    const args = [...flags, '--require', path('fail.cjs'), CLI, 'check'];
    const { code, stderr } = await run(process.execPath, args, {
      cwd: folder,
      env: { HOME: folder, XDG_CACHE_HOME: '' },
    });
    expect(code).toBe(1);
    return stderr;
  };
  expect(await fail()).toMatch(
    /Error: bug\n.*\n {4}at createTools \(\S+\/commands\.cjs:\d+:\d+\)\n/,
  );
  expect(await fail('--enable-source-maps')).toMatch(
    / {4}at createTools \(\S+\/src\/cli\/tools\.ts:\d+:/,
  );
});
