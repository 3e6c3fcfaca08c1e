import { chmod, mkdir, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { CLI, coffer, run } from '../support/cli.ts';
import { createRepository, sealedManifest, type Repository } from '../support/repository.ts';

const SAFE = '-c safe.bareRepository=explicit -c core.fsmonitor=false -c core.hooksPath=/dev/null';

/** A git on PATH that writes down its arguments and goes on as git. */
async function watchGit(
  app: Repository,
): Promise<{ PATH: string; calls: () => Promise<string[]> }> {
  const found = (process.env['PATH'] ?? '').split(':').find((at) => existsSync(join(at, 'git')));
  await app.write(
    'bin/git',
    `#!/bin/sh\necho "$1 $2 $3 $4 $5 $6" >> '${app.path('calls')}'\nexec ${found}/git "$@"\n`,
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
    ['find', '*'],
    ['git', 'install'],
    ['git', 'uninstall'],
    ['hook', 'install'],
  ];
  for (const args of commands) {
    const { code, stderr } = await coffer(args, { cwd: app.folder, env: { PATH } });
    expect(code, `${args.join(' ')}: ${stderr}`).toBe(0);
  }
  expect((await calls()).filter((call) => call !== SAFE)).toEqual([]);
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
  ['find in the folder', ['find', '*'], 'trap'],
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

/** A coffer that writes down that it ran, and with what. */
const WATCHED = (ran: string) => `#!/bin/sh\necho "$1" >> '${ran}'\n`;

async function program(app: Repository, file: string): Promise<void> {
  await app.write(file, WATCHED(app.path('.git/ran')));
  await chmod(app.path(file), 0o755);
}

/** What coffer ran for, while git shows, commits and merges. */
async function ranFor(app: Repository): Promise<string[]> {
  await rm(app.path('.git/ran'), { force: true });
  await app.write('app.yml', sealedManifest('# ours\n'));
  await app.git('add', 'app.yml');
  await app.tryGit(['commit', '--quiet', '--message=ours']);
  await app.tryGit(['log', '-p', '-1']);
  await app.tryGit(['merge', '--quiet', 'theirs']);
  const ran = await app.text('.git/ran').catch(() => '');
  return [...new Set(ran.split('\n').filter(Boolean))].sort();
}

/** Installs hook and drivers, and leaves a branch `theirs` that also changes the manifest. */
async function installed(files: Record<string, string>, below = '.'): Promise<Repository> {
  const app = await createRepository({ 'app.yml': sealedManifest(''), ...files });
  for (const args of [
    ['git', 'install'],
    ['hook', 'install'],
  ]) {
    const { code, stderr } = await coffer(args, { cwd: app.path(below) });
    expect(code, stderr).toBe(0);
  }
  await app.git('add', '--all');
  await app.git('commit', '--quiet', '--no-verify', '--message=base');
  await app.git('switch', '--quiet', '--create', 'theirs');
  await app.write('app.yml', sealedManifest('# theirs\n'));
  await app.git('commit', '--quiet', '--no-verify', '--all', '--message=theirs');
  await app.git('switch', '--quiet', 'main');
  return app;
}

const ALL = ['check', 'merge-driver', 'textconv'];

test('git runs a coffer in node_modules if it ignores it', async () => {
  const app = await installed({ '.gitignore': 'node_modules\n' });
  await program(app, 'node_modules/.bin/coffer');
  expect(await ranFor(app)).toEqual(ALL);
});

test.each<[string, (app: Repository) => Promise<void>]>([
  ['that it tracks', (app) => app.git('add', '--force', 'node_modules/.bin/coffer').then(() => {})],
  [
    'beside files that it tracks',
    async (app) => {
      await app.write('node_modules/coffer/dist/chunk.js', 'evil');
      await app.git('add', '--force', 'node_modules/coffer/dist/chunk.js');
    },
  ],
  [
    'that is a link to what it tracks',
    async (app) => {
      await program(app, 'tools/coffer');
      await app.git('add', 'tools/coffer');
      await rm(app.path('node_modules/.bin/coffer'));
      await symlink('../../tools/coffer', app.path('node_modules/.bin/coffer'));
    },
  ],
  ['that it does not ignore', (app) => app.write('.gitignore', '')],
])('git never runs a coffer %s', async (_, spoil) => {
  const app = await installed({ '.gitignore': 'node_modules\n' });
  await program(app, 'node_modules/.bin/coffer');
  await spoil(app);
  await app.tryGit(['commit', '--quiet', '--no-verify', '--message=evil']);
  const PATH = `${app.path('node_modules/.bin')}:${process.env['PATH']}`;
  expect(await ranFor(app)).toEqual([]);
  expect((await app.tryGit(['commit', '--allow-empty', '-m', 'x'], { PATH })).stderr).toContain(
    'coffer is neither installed nor on PATH',
  );
});

test.each([
  ['husky', '.husky/_', '', 'add this line to .husky/pre-commit'],
  ['lefthook', '.git/hooks', 'call_lefthook run "pre-commit" "$@"', 'lefthook.yml'],
  [
    'pre-commit',
    '.git/hooks',
    '# File generated by pre-commit: https://pre-commit.com',
    '.pre-commit-config.yaml',
  ],
])(
  'with %s, hook install says where the call goes, and who can change it',
  async (name, folder, text, where) => {
    const app = await createRepository({ [`${folder}/pre-commit`]: `#!/bin/sh\n${text}\n` });
    if (folder !== '.git/hooks') await app.git('config', 'core.hooksPath', folder);
    const before = await app.text(`${folder}/pre-commit`);
    const { code, stderr } = await coffer(['hook', 'install'], { cwd: app.folder });
    expect(code).toBe(1);
    expect(stderr).toContain(`is made by ${name}`);
    expect(stderr).toContain(where);
    expect(stderr).toContain('part of every branch');
    expect(await app.text(`${folder}/pre-commit`)).toBe(before);
  },
);

test('git runs the coffer that installed the hook, also from a sub-package and another work tree', async () => {
  const app = await createRepository({
    '.gitignore': 'node_modules\n',
    'packages/x/app.yml': sealedManifest(''),
  });
  const own = 'packages/x/node_modules/.bin/coffer';
  await mkdir(dirname(app.path(own)), { recursive: true });
  await symlink(CLI, app.path(own));
  const bare = (process.env['PATH'] ?? '')
    .split(':')
    .filter((at) => !existsSync(join(at, 'coffer')));
  const PATH = bare.join(':');
  const { code, stderr } = await run(process.execPath, [app.path(own), 'hook', 'install'], {
    cwd: app.path('packages/x'),
    env: { PATH, HOME: app.folder },
  });
  expect(code, stderr).toBe(0);
  expect(await app.text('.git/hooks/pre-commit')).toContain(`"$PWD"/'${own}'`);
  await app.git('add', '--all');
  const first = await app.tryGit(['commit', '--quiet', '--message=x'], { PATH });
  expect(first.code, first.stderr).toBe(0);
  await app.git('worktree', 'add', '--quiet', 'node_modules/other');
  const there = ['-C', 'node_modules/other', 'commit', '--quiet', '--allow-empty', '--message=x'];
  expect((await app.tryGit(there, { PATH })).code).toBe(1);
  await mkdir(dirname(app.path(`node_modules/other/${own}`)), { recursive: true });
  await symlink(CLI, app.path(`node_modules/other/${own}`));
  const second = await app.tryGit(there, { PATH });
  expect(second.code, second.stderr).toBe(0);
});
