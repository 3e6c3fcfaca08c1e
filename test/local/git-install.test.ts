import { existsSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { coffer } from '../support/cli.ts';
import { createRepository, sealedManifest, type Repository } from '../support/repository.ts';
import { createWorkspace } from '../support/workspace.ts';

const BLOBS = '**/*.blobs/*.enc -text\n';

/** A PATH with git, but without coffer. */
const PATH = (process.env['PATH'] ?? '')
  .split(':')
  .filter((folder) => !existsSync(join(folder, 'coffer')))
  .join(':');

async function install(app: Repository, args: readonly string[] = [], below = '.') {
  const { code, stderr } = await coffer(['git', 'install', ...args], {
    cwd: app.path(below),
    env: { PATH },
  });
  expect(code, stderr).toBe(0);
  return stderr;
}

function driverOf(app: Repository, ...files: string[]): Promise<string> {
  return app.git('check-attr', 'merge', '--', ...files);
}

test('adds the drivers for every manifest of the repository, once', async () => {
  const app = await createRepository({
    'app.yml': sealedManifest(''),
    'a b/[x].yml': sealedManifest(''),
    'other.yml': 'jobs: []\n',
    '.gitattributes': '* text=auto',
  });
  const said = await install(app, [], 'a b');
  expect(said).toContain('run coffer git install once in every other clone');
  expect(said).toContain('git cannot find coffer');
  const attributes = await app.text('.gitattributes');
  expect(attributes).toBe(
    `* text=auto\n"/a b/\\\\[x].yml" diff=coffer merge=coffer\n/app.yml diff=coffer merge=coffer\n${BLOBS}`,
  );
  expect(await driverOf(app, 'app.yml', 'a b/[x].yml', 'other.yml')).toBe(
    'app.yml: merge: coffer\na b/[x].yml: merge: coffer\nother.yml: merge: unspecified\n',
  );
  const config = await app.text('.git/config');
  await install(app);
  expect(await app.text('.gitattributes')).toBe(attributes);
  expect(await app.text('.git/config')).toBe(config);
});

test('reads patterns relative to the folder; uninstall keeps other lines', async () => {
  const app = await createRepository({ 'sub/x': '', '.gitattributes': '*.sh text eol=lf\n' });
  const none = await coffer(['git', 'install'], { cwd: app.folder });
  expect(none.code).toBe(2);
  expect(none.stderr).toContain("coffer git install 'secrets/*.yml'");
  await install(app, ['*.yml', 'deep/**/*.yml'], 'sub');
  const files = ['sub/app.yml', 'sub/deep/er/app.yml', 'app.yml'];
  expect(await driverOf(app, ...files)).toBe(
    'sub/app.yml: merge: coffer\nsub/deep/er/app.yml: merge: coffer\napp.yml: merge: unspecified\n',
  );
  const { code, stderr } = await coffer(['git', 'uninstall'], { cwd: app.folder });
  expect(code, stderr).toBe(0);
  expect(await app.text('.gitattributes')).toBe('*.sh text eol=lf\n');
  expect(await app.text('.git/config')).not.toContain('coffer');
});

test('without coffer, git diffs and merges by lines', async () => {
  const app = await createRepository({ 'app.yml': sealedManifest('# one\n# two\n# three\n') });
  await install(app);
  await app.git('add', 'app.yml');
  await app.git('commit', '--quiet', '--message=base');
  const change = async (branch: string, from: string, to: string) => {
    await app.git('switch', '--quiet', '--create', branch, 'main');
    await app.write('app.yml', (await app.text('app.yml')).replace(from, to));
    const { stdout } = await app.tryGit(['diff'], { PATH });
    expect(stdout.toString()).toContain(`+# ${to}\n`);
    await app.git('commit', '--quiet', '--all', '--message', to);
  };
  await change('theirs', 'three', 'THREE');
  await change('clashing', 'one', 'uno');
  await change('ours', 'one', 'ONE');
  const clean = await app.tryGit(['merge', '--quiet', '--message=merge', 'theirs'], { PATH });
  expect(clean.code, clean.stdout.toString()).toBe(0);
  expect(await app.text('app.yml')).toContain('# ONE\n# two\n# THREE\n');
  // Nothing is lost with a coffer that fails either.
  await app.write('node_modules/.bin/coffer', '#!/bin/sh\nexit 127\n');
  await chmod(app.path('node_modules/.bin/coffer'), 0o755);
  expect((await app.tryGit(['merge', 'clashing'], { PATH })).code).toBe(1);
  expect(await app.text('app.yml')).toContain(
    '<<<<<<< ours\n# ONE\n=======\n# uno\n>>>>>>> theirs\n',
  );
});

test('refuses to install outside of a repository', async () => {
  const outside = await createWorkspace();
  const elsewhere = await coffer(['git', 'install'], { cwd: outside.folder });
  expect(elsewhere.code).toBe(2);
  expect(elsewhere.stderr).toContain('this is not a git repository');
  const app = await createRepository();
  const inside = await coffer(['git', 'install'], { cwd: app.path('.git') });
  expect(inside.code).toBe(2);
  expect(inside.stderr).toContain('cannot use bare repository');
});
