import { mkdir, rename, rm, symlink } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { checkManifests } from '../../src/repo/check/check.ts';
import { openIndex } from '../../src/repo/check/git-index.ts';
import {
  ON_A_DAY,
  createRepository,
  lfsPointer,
  sealedBlob,
  sealedManifest,
  type Repository,
} from '../support/repository.ts';

const CLEAN = sealedManifest('');
const PLAIN = sealedManifest('  - {name: p, type: SecureString, value: plaintext}\n');
const IS_PLAIN = 'p is a secret but not encrypted';
const BODY = 'sealed bytes'.repeat(9000);
const WITH_BLOB = sealedManifest(sealedBlob('b', BODY, 'app.blobs/b.enc'));

/** The findings in the index: the number of manifests, then `file: message`. */
async function staged({ folder }: Repository, below = '.'): Promise<[number, ...string[]]> {
  const snapshot = await openIndex(`${folder}/${below}`);
  const { files, problems } = await checkManifests(snapshot, ON_A_DAY).finally(snapshot.close);
  return [files, ...problems.map(({ message, place }) => `${place?.file}: ${message}`)];
}

/** A repository whose files are committed. */
async function committed(files: Readonly<Record<string, string>>): Promise<Repository> {
  const repository = await createRepository(files);
  await repository.git('add', '.');
  await repository.git('commit', '--quiet', '--message=all');
  return repository;
}

test('checks the first commit, and ignores what is not staged', async () => {
  const app = await createRepository({ 'app.yml': PLAIN, 'other.yml': PLAIN, 'x.yaml': 'a: 1' });
  expect(await staged(app)).toEqual([0]);
  await app.git('add', 'app.yml', 'x.yaml');
  expect(await staged(app)).toEqual([1, `app.yml: ${IS_PLAIN}`]);
});

test('checks the staged text, not the working tree', async () => {
  const app = await committed({ 'clean.yml': CLEAN, 'plain.yml': CLEAN });
  expect(await staged(app)).toEqual([0]);
  await app.write('clean.yml', `${CLEAN}# changed\n`);
  await app.write('plain.yml', PLAIN);
  await app.git('add', '.');
  await app.write('clean.yml', PLAIN);
  await app.write('plain.yml', CLEAN);
  expect(await staged(app)).toEqual([2, `plain.yml: ${IS_PLAIN}`]);
});

test('ignores what is already committed, until it changes', async () => {
  const app = await committed({ 'old.yml': PLAIN, 'app.yml': CLEAN });
  await app.write('app.yml', `${CLEAN}# changed\n`);
  await app.git('add', '.');
  expect(await staged(app)).toEqual([1]);
});

test('accepts a deleted manifest, and checks a renamed one under its new name', async () => {
  const app = await committed({ 'gone.yml': PLAIN, 'old.yml': PLAIN });
  await app.git('rm', '--quiet', 'gone.yml');
  expect(await staged(app)).toEqual([0]);
  await app.git('mv', 'old.yml', 'new name – ü.yml');
  expect(await staged(app)).toEqual([1, `new name – ü.yml: ${IS_PLAIN}`]);
});

test('names files relative to the current folder, and includes those above it', async () => {
  const app = await createRepository({ 'app.yml': PLAIN, 'a b/c/app.yml': PLAIN });
  await app.git('add', '.');
  const expected = [2, `../app.yml: ${IS_PLAIN}`, `c/app.yml: ${IS_PLAIN}`];
  expect(await staged(app, 'a b')).toEqual(expected);
});

test('reports a manifest that is not valid YAML', async () => {
  const app = await createRepository({ 'app.yml': `${CLEAN}  - [` });
  await app.git('add', '.');
  expect((await staged(app)).join()).toMatch(/^1,app\.yml: /);
});

describe('a blob', () => {
  const files = { 'app.yml': WITH_BLOB, 'app.blobs/b.enc': BODY };

  test('passes if it is staged with its manifest, even if the working tree has neither', async () => {
    const app = await createRepository(files);
    await app.git('add', '.');
    await rm(app.path('app.yml'));
    await rm(app.path('app.blobs'), { recursive: true });
    expect(await staged(app)).toEqual([1]);
  });

  test('is reported as missing if it is not staged', async () => {
    const app = await createRepository(files);
    await app.git('add', 'app.yml');
    expect(await staged(app)).toEqual([1, 'app.yml: b: app.blobs/b.enc is missing']);
  });

  test('is checked against its unchanged manifest if it changes or moves', async () => {
    const app = await committed({ ...files, 'other.yml': PLAIN });
    await app.write('app.blobs/b.enc', BODY.toUpperCase());
    await app.git('add', '.');
    const wrong = 'app.yml: b: the sealed bytes do not match the manifest';
    expect(await staged(app)).toEqual([1, wrong]);
    await app.git('reset', '--quiet', '--hard');
    await app.git('mv', 'app.blobs/b.enc', 'moved.enc');
    expect(await staged(app)).toEqual([1, 'app.yml: b: app.blobs/b.enc is missing']);
  });

  test('in Git LFS is checked by its pointer', async () => {
    const app = await createRepository({ ...files, 'app.blobs/b.enc': lfsPointer(BODY) });
    await app.git('add', '.');
    expect(await staged(app)).toEqual([1]);
    await app.write('app.blobs/b.enc', lfsPointer(BODY.toUpperCase()));
    await app.git('add', '.');
    expect(await staged(app)).toHaveLength(2);
  });
});

test('reports the plaintext file of a secret, even if only that file is staged', async () => {
  const app = await committed({
    'a/app.yml': sealedManifest(
      sealedBlob('s', 'sealed bytes of a blob').replace('blob:', 'file: ../in/s e.txt, blob:') +
        '  - {name: open, type: String, file: ../in/open.txt}\n',
    ),
    'in/open.txt': 'no secret',
  });
  await app.write('in/s e.txt', 'plaintext');
  await app.git('add', '--intent-to-add', '.');
  await app.git('add', '.');
  const found = 'a/app.yml: s: git tracks ../in/s e.txt, the plaintext of a secret';
  expect(await staged(app)).toEqual([1, found]);
});

test('follows symbolic links in git', async () => {
  const app = await committed({
    'app.yml': sealedManifest(
      sealedBlob('s', 'sealed bytes of a blob').replace('blob:', 'file: link/s.txt, blob:') +
        '  - {name: open, type: String, file: now.txt}\n',
    ),
    'in/open.txt': 'no secret',
  });
  await symlink('in', app.path('link'));
  await symlink('link/open.txt', app.path('now.txt'));
  await app.git('add', 'link', 'now.txt', 'app.yml');
  await rm(app.path('now.txt'));
  expect(await staged(app)).toEqual([1]);
  await app.write('in/s.txt', 'plaintext');
  await app.git('add', 'in');
  expect(await staged(app)).toEqual([
    1,
    'app.yml: s: git tracks link/s.txt, the plaintext of a secret',
  ]);
});

test('uses the index of another working tree', async () => {
  const app = await committed({ 'app.yml': CLEAN });
  await app.git('worktree', 'add', '--quiet', 'tree');
  await app.write('tree/app.yml', PLAIN);
  await app.git('-C', 'tree', 'add', '.');
  expect(await staged(app, 'tree')).toEqual([1, `app.yml: ${IS_PLAIN}`]);
  expect(await staged(app)).toEqual([0]);
});

test('treats a submodule as a separate repository', async () => {
  const inner = await committed({ 'app.yml': PLAIN });
  const outer = await committed({ 'app.yml': CLEAN });
  await outer.git(
    '-c',
    'protocol.file.allow=always',
    'submodule',
    '--quiet',
    'add',
    inner.folder,
    'm.yml',
  );
  expect(await staged(outer)).toEqual([0]);
  await outer.write('m.yml/app.yml', `${PLAIN}# changed\n`);
  await outer.git('-C', 'm.yml', 'add', '.');
  expect(await staged(outer, 'm.yml')).toEqual([1, `app.yml: ${IS_PLAIN}`]);
});

test('works with any git configuration of the user', async () => {
  const app = await createRepository({ 'sub/app.yml': PLAIN, 'x.yml': CLEAN });
  const settings = [
    'color.ui=always',
    'diff.relative=true',
    'submodule.recurse=true',
    'grep.patternType=perl',
    'core.quotePath=true',
    'diff.noprefix=true',
  ];
  for (const setting of settings) await app.git('config', ...setting.split('='));
  await app.git('add', '.');
  expect(await staged(app, 'sub')).toEqual([2, `app.yml: ${IS_PLAIN}`]);
});

test('refuses to run outside of a repository', async () => {
  const app = await createRepository({ 'app.yml': CLEAN });
  await rename(app.path('.git'), app.path('no-git'));
  await mkdir(app.path('sub'));
  await expect(staged(app, 'sub')).rejects.toMatchObject({ code: 'usage' });
});

test('sees that a new manifest publishes what one that is not changed does', async () => {
  const text = `account: "111122223333"\n${sealedManifest('')}`;
  const app = await committed({ 'app.yml': text });
  await app.write('copy.yml', text);
  await app.git('add', 'copy.yml');
  const [files, ...problems] = await staged(app);
  expect(files).toBe(1);
  expect(problems).toContain(
    'copy.yml: sealed is also in app.yml: each sync overwrites what the other wrote',
  );
});
