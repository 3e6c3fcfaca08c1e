import { chmod, readdir, readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { coffer } from '../support/cli.ts';
import { createRepository, sealedManifest, type Repository } from '../support/repository.ts';

const SAFE = '-c safe.bareRepository=explicit -c core.fsmonitor=false -c core.hooksPath=/dev/null';

/** A git on PATH that writes down its arguments and goes on as git. */
async function watchGit(
  app: Repository,
): Promise<{ PATH: string; calls: () => Promise<string[]> }> {
  const found = (process.env['PATH'] ?? '').split(':').find((at) => existsSync(join(at, 'git')));
  await app.write(
    'bin/git',
    `#!/bin/sh\necho "$*" >> '${app.path('calls')}'\nexec ${found}/git "$@"\n`,
  );
  await chmod(app.path('bin/git'), 0o755);
  const calls = async () => (await app.text('calls')).trim().split('\n');
  return { PATH: `${app.path('bin')}:${process.env['PATH']}`, calls };
}

test('every command starts git so that it runs nothing of the work tree', async () => {
  const app = await createRepository({ 'app.yml': sealedManifest('') });
  await app.git('add', 'app.yml');
  const { PATH, calls } = await watchGit(app);
  const commands = [
    ['check'],
    ['check', 'app.yml'],
    ['check', '--staged'],
    ['git', 'install'],
    ['git', 'uninstall'],
    ['hook', 'install'],
  ];
  for (const args of commands) {
    const { code, stderr } = await coffer(args, { cwd: app.folder, env: { PATH } });
    expect(code, `${args.join(' ')}: ${stderr}`).toBe(0);
  }
  expect((await calls()).filter((call) => !call.startsWith(SAFE))).toEqual([]);
});

test('only one file of the source starts git', async () => {
  const source = fileURLToPath(new URL('../../src', import.meta.url));
  const files = await readdir(source, { recursive: true });
  const starting: string[] = [];
  for (const file of files.filter((name) => name.endsWith('.ts'))) {
    const text = await readFile(join(source, file), 'utf8');
    if (/\b(?:execFile|exec|spawn)(?:Sync)?\(\s*['"`]git\b/.test(text)) starting.push(file);
  }
  expect(starting).toEqual(['git/run.ts']);
});

/** A folder that git takes for a bare repository, whose configuration names a command. */
async function withTrap(): Promise<Repository> {
  const app = await createRepository({ 'app.yml': sealedManifest('') });
  await app.git('add', 'app.yml');
  await app.git('commit', '--quiet', '--message=x');
  await app.git('init', '--quiet', '--bare', 'trap');
  await app.write(
    'trap/config',
    `[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = .\n\tfsmonitor = "touch '${app.path('ran')}' #"\n`,
  );
  await app.write('trap/app.yml', sealedManifest(''));
  await app.git('--git-dir=trap', '-c', 'core.fsmonitor=false', 'add', 'app.yml');
  return app;
}

test.each([
  ['check of the folder', ['check'], 'trap'],
  ['check of a file in it', ['check', 'trap/app.yml'], '.'],
  ['check of what is staged', ['check', '--staged'], 'trap'],
  ['hook install', ['hook', 'install'], 'trap'],
  ['git install', ['git', 'install'], 'trap'],
  ['unset', ['unset', 'trap/app.yml', 'sealed'], '.'],
] as const)('%s runs no command of a folder that looks like a repository', async (_, args, at) => {
  const app = await withTrap();
  await coffer(args, { cwd: app.path(at), env: { PATH: process.env['PATH'] } });
  expect(existsSync(app.path('ran'))).toBe(false);
});

test('a repository that git cannot read is an error, not a folder outside of git', async () => {
  const app = await createRepository({ 'app.yml': sealedManifest('') });
  await app.write('.git/HEAD', 'nonsense');
  const check = (PATH: string | undefined) => coffer(['check'], { cwd: app.folder, env: { PATH } });
  const broken = await check(process.env['PATH']);
  expect(broken.code).toBe(2);
  expect(broken.stderr).toContain('not a git repository');
  const without = await check('');
  expect(without.code).toBe(2);
  expect(without.stderr).toContain('cannot run git');
});

test('GIT_DIR and its like count only within a hook', async () => {
  const app = await createRepository({ 'app.yml': sealedManifest('') });
  const other = await createRepository({
    'app.yml': sealedManifest('  - {name: p, type: SecureString, value: plain}\n'),
  });
  await other.git('add', 'app.yml');
  const staged = { GIT_DIR: other.path('.git'), GIT_INDEX_FILE: other.path('.git/index') };
  const check = (env: Record<string, string>) =>
    coffer(['check', '--staged'], {
      cwd: app.folder,
      env: { PATH: process.env['PATH'], ...env },
    });
  expect((await check(staged)).code).toBe(0);
  expect(
    (await check({ ...staged, GIT_PREFIX: '', GIT_EXEC_PATH: '/usr/lib/git-core' })).code,
  ).toBe(3);
});
