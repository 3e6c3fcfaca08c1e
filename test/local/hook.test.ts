import { chmod, mkdir, stat, symlink } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { CLI, coffer } from '../support/cli.ts';
import { createWorkspace, type Workspace } from '../support/workspace.ts';
import { createRepository, sealedManifest, type Repository } from '../support/repository.ts';

const PLAIN = sealedManifest('  - {name: p, type: SecureString, value: plaintext}\n');
const HOOK = '.git/hooks/pre-commit';

/** Runs `coffer hook` in a folder of the repository; returns its exit code and output. */
async function hook(app: Repository, what: string, below = '.'): Promise<[number, string]> {
  const { code, stderr } = await coffer(['hook', what], { cwd: app.path(below) });
  return [code, stderr];
}

/** A folder for PATH with the command. */
async function onPath(app: Workspace, folder: string): Promise<string> {
  await mkdir(app.path(folder), { recursive: true });
  await chmod(CLI, 0o755);
  await symlink(CLI, app.path(`${folder}/coffer`));
  return `${app.path(folder)}:${process.env['PATH']}`;
}

test('refuses a commit of plaintext, and accepts it once it is sealed', async () => {
  const app = await createRepository({ 'app.yml': PLAIN });
  expect(await hook(app, 'install')).toEqual([
    0,
    `${HOOK} written: commits run coffer check --staged\n`,
  ]);
  expect((await stat(app.path(HOOK))).mode & 0o777).toBe(0o755);
  await app.git('add', 'app.yml');
  const PATH = await onPath(await createWorkspace(), 'bin');
  const commit = (...flags: string[]) =>
    app.tryGit(['commit', '--quiet', '--message=x', ...flags], { PATH });

  const refused = await commit();
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('p is a secret but not encrypted');
  expect(await app.git('status', '--porcelain', 'app.yml')).toBe('A  app.yml\n');

  await app.write('app.yml', sealedManifest(''));
  await app.git('add', 'app.yml');
  expect((await commit()).code).toBe(0);
  // git commit --all uses a separate index.
  await app.write('app.yml', PLAIN);
  expect((await commit('--all')).code).toBe(1);
  await app.write('app.yml', sealedManifest('# changed\n'));
  expect((await commit('--all')).code).toBe(0);

  expect(await hook(app, 'uninstall')).toEqual([0, `removed ${HOOK}\n`]);
  expect(await hook(app, 'uninstall')).toEqual([0, `nothing to remove: ${HOOK} does not exist\n`]);
  await app.write('app.yml', PLAIN);
  expect((await commit('--all')).code).toBe(0);
});

test("prefers the project's own coffer; without coffer, refuses the commit", async () => {
  const app = await createRepository({
    'app.yml': sealedManifest(''),
    '.gitignore': 'node_modules\n',
  });
  await hook(app, 'install');
  await app.git('add', 'app.yml');
  const commit = () => app.tryGit(['commit', '--quiet', '--message=x']);
  const refused = await commit();
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('neither installed nor on PATH');
  await onPath(app, 'node_modules/.bin');
  expect((await commit()).code).toBe(0);
});

test("a second install changes nothing; somebody else's hook stays", async () => {
  const app = await createRepository({ 'sub/x': '' });
  await hook(app, 'install');
  const written = await app.text(HOOK);
  expect(await hook(app, 'install', 'sub')).toEqual([
    0,
    `../${HOOK} already exists: commits run coffer check --staged\n`,
  ]);
  expect(await app.text(HOOK)).toBe(written);

  await app.write(HOOK, '#!/bin/sh\nmake lint\n');
  const [code, said] = await hook(app, 'install');
  expect(code).toBe(1);
  expect(said).toContain('add this line to it: coffer check --staged');
  expect((await hook(app, 'uninstall'))[0]).toBe(1);
  expect(await app.text(HOOK)).toBe('#!/bin/sh\nmake lint\n');
});

test('writes the hook where git looks for it', async () => {
  const app = await createRepository({ 'app.yml': sealedManifest('') });
  await app.git('add', '.');
  await app.git('commit', '--quiet', '--message=x');
  await app.git('worktree', 'add', '--quiet', 'tree');
  expect(await hook(app, 'install', 'tree')).toEqual([
    0,
    `../${HOOK} written: commits run coffer check --staged\n`,
  ]);
  await app.git('config', 'core.hooksPath', '.husky/of mine');
  expect((await hook(app, 'install'))[1]).toContain('.husky/of mine/pre-commit written');
});

test('leaves hooks alone that other repositories share', async () => {
  const app = await createRepository({ 'app.yml': sealedManifest('') });
  const { folder, files } = await createWorkspace();
  await app.git('config', 'core.hooksPath', folder);
  const [code, said] = await hook(app, 'install');
  expect(code).toBe(1);
  expect(said).toContain('would run in other repositories too');
  expect(await files()).toEqual([]);
});
