import { chmod, mkdir, rm, symlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { check } from '../../src/actions/check.ts';
import { checkManifests } from '../../src/repo/check/check.ts';
import { openWorkTree } from '../../src/repo/check/work-tree.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import { coffer } from '../support/cli.ts';
import { failureOf } from '../support/failure.ts';
import {
  ON_A_DAY,
  createRepository,
  lfsPointer,
  sealedBlob,
  sealedManifest,
  unusedDataKey,
} from '../support/repository.ts';
import { createWorkspace } from '../support/workspace.ts';

const CLEAN = sealedManifest('');
const SECRET = createCanary();
const PLAIN = sealedManifest(`  - {name: p, type: SecureString, value: ${SECRET}}\n`);
const IS_PLAIN = 'p is a secret but not encrypted';
const BODY = 'sealed bytes of a blob';
const WITH_BLOB = sealedManifest(sealedBlob('b', BODY, 'app.blobs/b.enc'));
const WITH_STRING = sealedManifest('  - {name: p, type: String, file: open}\n');
const WITH_SECRET = CLEAN.replace('type: securestring,', 'type: securestring, file: open,');

/** The findings from a folder: the number of manifests, then `file: message`. */
async function found(folder: string, files: readonly string[] = []) {
  const snapshot = await openWorkTree(files, folder);
  const { files: count, problems } = await checkManifests(snapshot, ON_A_DAY);
  return [count, ...problems.map(({ message, place }) => `${place?.file}: ${message}`)];
}

/** The command in the hint of check. */
async function hintOf(args: readonly string[], cwd: string): Promise<string | undefined> {
  const { stdout } = await coffer(['check', ...args], { cwd });
  return /hint: .* (git mv .*)/.exec(stdout.toString())?.[1];
}

test('says how to fetch the blobs of a manifest that was moved without them', async () => {
  const app = await createRepository({
    'app.yml': WITH_BLOB,
    'app.blobs/b.enc': BODY,
    'my dir/x': '',
  });
  await app.git('add', '.');
  await app.git('mv', 'app.yml', 'my dir/app.yml');
  expect(await hintOf([], app.path('my dir'))).toBe('git mv ../app.blobs app.blobs');
  const hint = (await hintOf(['--staged'], app.folder)) ?? '';
  expect(hint).toBe("git mv app.blobs 'my dir/app.blobs'");
  await app.git('mv', 'app.blobs', 'my dir/app.blobs');
  expect((await coffer(['check'], { cwd: app.folder })).stderr).toBe('1 manifest, no problems\n');
});

describe('without arguments,', () => {
  test('finds the manifests of the repository: tracked and new, but no ignored ones', async () => {
    const app = await createRepository({
      'tracked.yml': PLAIN,
      'sub/new – ü.yaml': PLAIN,
      'ignored.yml': PLAIN,
      '.gitignore': 'ignored.yml\n',
      '.github/app.YML': PLAIN,
      'gone.yml': PLAIN,
      'other.yml': 'path: x\nother:\n  parameters: []\n',
    });
    await app.git('config', 'submodule.recurse', 'true');
    await app.git('add', 'tracked.yml', 'gone.yml');
    await rm(app.path('gone.yml'));
    await symlink('tracked.yml', app.path('link.yml'));
    const names = ['../.github/app.YML', '../tracked.yml', 'new – ü.yaml'];
    expect(await found(app.path('sub'))).toEqual([
      3,
      ...names.map((name) => `${name}: ${IS_PLAIN}`),
    ]);
  });

  test('finds those of the folder outside of git', async () => {
    const { folder } = await createWorkspace({
      'app.yml': CLEAN,
      'a/b.yaml': PLAIN,
      'node_modules/x/app.yml': PLAIN,
      '.cache/app.yml': PLAIN,
      'other.yml': 'a: 1\n',
    });
    expect(await found(folder)).toEqual([2, `a/b.yaml: ${IS_PLAIN}`]);
  });

  test('leaves out what may not be read outside of git, with a warning', async () => {
    const app = await createWorkspace({
      'app.yml': CLEAN,
      'closed/app.yml': PLAIN,
      'closed.yml': PLAIN,
      'half/app.yml': PLAIN,
    });
    const modes = { closed: 0, 'closed.yml': 0, half: 0o444, '.': 0o755 };
    for (const [name, mode] of Object.entries(modes)) await chmod(app.path(name), mode);
    const { files, problems, warnings } = await asNobody(() => check(app.folder, []));
    expect({ files, problems }).toEqual({ files: 1, problems: [] });
    expect(warnings.map(({ message }) => message).sort()).toEqual(
      ['closed.yml', 'closed', 'half/app.yml'].map(
        (name) => `not checked: cannot read ${name}: no permission`,
      ),
    );
    await chmod(app.folder, 0o111);
    expect(await asNobody(() => failureOf(() => check(app.folder, [])))).toMatchObject({
      code: 'usage',
    });
    for (const name of ['.', 'closed', 'half']) await chmod(app.path(name), 0o700);
  });
});

/** Root may read all. */
async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  const user = process.geteuid?.();
  if (user === 0) process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    if (user === 0) process.seteuid?.(0);
  }
}

describe('in a repository', () => {
  test('the plaintext file of a secret must not be tracked; other files must be', async () => {
    const app = await createRepository({
      'app.yml': sealedManifest(
        sealedBlob('s', 'sealed bytes of a blob').replace('blob:', 'file: s.txt, blob:') +
          sealedBlob('t', 'sealed bytes of a blob').replace('blob:', 'file: t.txt, blob:') +
          '  - {name: open, type: String, file: open.txt}\n',
      ),
      's.txt': SECRET,
      't.txt': SECRET,
      'open.txt': 'no secret',
    });
    expect(await found(app.folder)).toEqual([1]);
    await app.git('add', 'app.yml', 's.txt');
    // A link in between makes no difference.
    await rm(app.path('t.txt'));
    await symlink('s.txt', app.path('t.txt'));
    expect(await found(app.folder)).toEqual([
      1,
      'app.yml: s: git tracks s.txt, the plaintext of a secret',
      'app.yml: t: git tracks t.txt, the plaintext of a secret',
      'app.yml: open: git does not track open.txt, so clones do not have it',
    ]);
  });

  test('a blob must be tracked if its manifest is', async () => {
    const app = await createRepository({ 'app.yml': WITH_BLOB, 'app.blobs/b.enc': BODY });
    expect(await found(app.folder)).toEqual([1]);
    await app.git('add', 'app.yml');
    const untracked = ': b: git does not track app.blobs/b.enc, so clones do not have it';
    expect(await found(app.folder)).toEqual([1, `app.yml${untracked}`]);
    // By name, from elsewhere, and through a symbolic link.
    const file = app.path('app.yml');
    expect(await found('/', [file])).toEqual([1, `${file}${untracked}`]);
    const { path } = await createWorkspace();
    await symlink(dirname(file), path('link'));
    expect(await found('/', [path('link/app.yml')])).toEqual([
      1,
      `${path('link/app.yml')}${untracked}`,
    ]);
    await app.git('add', '.');
    expect(await found('/', [path('link/app.yml')])).toEqual([1]);
  });

  test('checks a blob that Git LFS has not fetched by its pointer', async () => {
    const app = await createRepository({
      'app.yml': WITH_BLOB,
      'app.blobs/b.enc': lfsPointer(BODY),
    });
    expect(await found(app.folder)).toEqual([1]);
    await app.write('app.blobs/b.enc', lfsPointer(BODY.toUpperCase()));
    expect(await found(app.folder)).toHaveLength(2);
  });

  const GIT_CRYPT = '\0GITCRYPT\0\u0001\u0002';

  test.each([
    ['a blob', WITH_BLOB, 'app.blobs/b.enc', GIT_CRYPT, 'its blob is a stub of git-crypt'],
    ['a value', WITH_STRING, 'open', GIT_CRYPT, 'file open is a stub of git-crypt'],
    ['a value', WITH_STRING, 'open', lfsPointer('x'), 'file open is a stub of Git LFS'],
    ['a secret', WITH_SECRET, 'open', GIT_CRYPT, 'file open is a stub of git-crypt'],
  ])('names a stub in place of %s, as encrypt does', async (_, manifest, file, stub, message) => {
    const app = await createRepository({ 'app.yml': manifest, [file]: stub });
    await app.git('add', '.');
    const { problems } = await check(app.folder, []);
    expect(problems).toMatchObject([
      {
        message: expect.stringContaining(message) as string,
        hint: expect.stringMatching(/^run git/) as string,
      },
    ]);
    // In the index, that is what git keeps of the file.
    if (manifest !== WITH_SECRET) {
      expect((await check(app.folder, [], { staged: true })).problems).toEqual([]);
    }
  });
});

test('prints what it found, for people and for programs', async () => {
  const app = await createWorkspace({
    'app.yml': PLAIN,
    'bad.yml': `${CLEAN}wrong: 1\n`,
    'x.txt': '',
  });
  const people = await coffer(['check'], { cwd: app.folder });
  expect(people.stdout.toString()).toBe(`app.yml:10:12: error: ${IS_PLAIN}
  hint: run coffer encrypt app.yml
bad.yml:10:1: error: unknown key
  hint: the keys allowed here are path, region, kmskey, bucket, account, store, secret, description, replicas, regions, tags, max_age, recovery, encrypted_with, data_keys, parameters
`);
  expect(people.stderr).toBe('2 manifests, 2 problems\n');
  expect(people.code).toBe(3);

  const programs = await coffer(['check', 'app.yml', '--json', '--quiet'], { cwd: app.folder });
  const hint = 'run coffer encrypt app.yml';
  expect(JSON.parse(programs.stdout.toString())).toEqual({
    version: 1,
    files: 1,
    problems: [{ file: 'app.yml', line: 10, column: 12, message: IS_PLAIN, hint }],
    warnings: [],
  });
  expect([programs.code, programs.stderr]).toEqual([3, '']);
  expectHidden(SECRET, { people: people.stderr + people.stdout.toString() });
});

test('exits 0 without problems and 2 for a wrong call, without AWS or its settings', async () => {
  const app = await createWorkspace({
    'app.yml': CLEAN.replace('data_keys:', `data_keys:\n${unusedDataKey('aaaaaaaa')}`),
  });
  await mkdir(app.path('folder'));
  const call = async (...args: string[]) => {
    const env = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_PROFILE: 'none' };
    const { code, stdout, stderr } = await coffer(['check', ...args], { cwd: app.folder, env });
    return [code, stdout.toString(), stderr];
  };
  expect(await call()).toEqual([
    0,
    expect.stringMatching(/^app\.yml:7:4: warning: /),
    '1 manifest, no problems, 1 warning\n',
  ]);
  expect(await call('app.yml', 'none.yml')).toEqual([
    2,
    '',
    expect.stringMatching(/none\.yml: file or folder not found/),
  ]);
  expect(await call('--staged', 'app.yml')).toEqual([
    2,
    '',
    expect.stringMatching(/without file names/),
  ]);
  expect(await call('--staged')).toEqual([2, '', expect.stringMatching(/needs a git repository/)]);
});
