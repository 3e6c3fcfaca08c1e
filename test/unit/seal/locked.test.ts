import { spawnSync } from 'node:child_process';
import { chmod, lutimes, mkdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { safeguardOf } from '../../../src/files/overwrite.ts';
import { thisProcess } from '../../../src/files/this-process.ts';
import { withLocks } from '../../../src/seal/locked.ts';
import { run } from '../../support/cli.ts';
import { failureOf } from '../../support/failure.ts';
import { createWorkspace, type Workspace } from '../../support/workspace.ts';

const DEAD = spawnSync('true').pid;
const AT_ONCE = { seconds: 0, note: () => {} };
const PATIENT = { seconds: 60, note: () => {} };

const paths = ({ path }: Workspace, names: readonly string[]) => names.map((name) => path(name));

/** Whether one of them waits while the other works. */
async function exclude(space: Workspace, one: string, other: string): Promise<boolean> {
  return withLocks([space.path(one)], AT_ONCE, async () => {
    try {
      return await withLocks([space.path(other)], AT_ONCE, () => Promise.resolve(false));
    } catch {
      return true;
    }
  });
}

test('manifests of one stem share a lock, a link uses the lock of its target, others have their own', async () => {
  const space = await createWorkspace({ 'app.yml': '', 'app.yaml': '', 'other.yml': '' });
  await mkdir(space.path('sub'));
  await symlink('../app.yml', space.path('sub/link.yml'));
  expect(await exclude(space, 'app.yml', 'app.yaml')).toBe(true);
  expect(await exclude(space, 'app.yml', 'sub/link.yml')).toBe(true);
  expect(await exclude(space, 'app.yml', 'other.yml')).toBe(false);
  expect(await exclude(space, 'new.yml', 'new.yml')).toBe(true);
  expect(await space.files()).toEqual(['app.yaml', 'app.yml', 'other.yml', 'sub/link.yml']);
});

test('a caller that cannot wait learns who writes the manifest', async () => {
  const space = await createWorkspace({ 'app.yml': '' });
  const [file = ''] = paths(space, ['app.yml']);
  const failure = await failureOf(() =>
    withLocks([file], AT_ONCE, () => withLocks([file], AT_ONCE, () => Promise.resolve())),
  );
  expect(failure.code).toBe('locked');
  expect(failure.message).toBe(
    `${file}: process ${process.pid} on ${thisProcess().host} is still writing it after 0 s`,
  );
  expect(failure.hint).toContain('--lock-timeout');
});

test('a caller that waits says so', async () => {
  const space = await createWorkspace({ 'app.yml': '' });
  const [file = ''] = paths(space, ['app.yml']);
  const notes: string[] = [];
  let waiting = Promise.resolve();
  await withLocks([file], AT_ONCE, async () => {
    const patience = { seconds: 60, note: (text: string) => notes.push(text) };
    waiting = withLocks([file], patience, () => Promise.resolve());
    while (notes.length === 0) await sleep(1);
  });
  await waiting;
  expect(notes).toEqual([
    `${file}: waiting for process ${process.pid} on ${thisProcess().host}, which is writing it`,
  ]);
});

test('calls with the same manifests in different orders do not deadlock', async () => {
  const space = await createWorkspace({ 'a.yml': '', 'b.yml': '', 'c.yml': '' });
  const orders = [
    ['a.yml', 'b.yml', 'c.yml'],
    ['c.yml', 'b.yml', 'a.yml'],
    ['b.yml', 'c.yml', 'a.yml', 'b.yml'],
  ];
  let running = 0;
  const work = async () => {
    expect((running += 1)).toBe(1);
    await sleep(2);
    running -= 1;
  };
  await Promise.all(
    [...orders, ...orders].map((names) => withLocks(paths(space, names), PATIENT, work)),
  );
  expect(await space.files()).toEqual(['a.yml', 'b.yml', 'c.yml']);
});

test('git sees nothing of the lock, even after a kill', async () => {
  const space = await createWorkspace({ 'app.yml': '' });
  const git = (...args: string[]) => run('git', args, { cwd: space.folder });
  await git('init', '-q');
  await git('add', 'app.yml');
  const status = async () => String((await git('status', '--short')).stdout);
  const before = await status();
  await withLocks(paths(space, ['app.yml']), AT_ONCE, async () => {
    expect(await space.files()).toContain('.app.coffer/lock');
    expect(await status()).toBe(before);
  });
});

test('refuses a link in place of its folder, and leaves its target alone', async () => {
  const space = await createWorkspace({ 'app.yml': '', 'away/precious.enc': 'x' });
  await symlink('away', space.path('.app.coffer'));
  const failure = await failureOf(() =>
    withLocks(paths(space, ['app.yml']), AT_ONCE, () => Promise.resolve()),
  );
  expect(failure).toMatchObject({
    code: 'usage',
    message: expect.stringContaining('is not a folder'),
  });
  expect(await space.files()).toContain('away/precious.enc');
});

test.skipIf(process.getuid?.() === 0)('reports a folder that it may not write', async () => {
  const space = await createWorkspace({ 'app.yml': '' });
  await chmod(space.folder, 0o500);
  const failure = await failureOf(() =>
    withLocks(paths(space, ['app.yml']), AT_ONCE, () => Promise.resolve()),
  );
  await chmod(space.folder, 0o700);
  expect(failure.message).toContain('app.yml: no permission to write in its folder');
});

const manifest = (path: string) =>
  `path: /app/\nparameters:\n  - name: tls\n    blob: {path: ${path}}\n`;

const BLOB = 'app.blobs/tls-0f0f0f.enc';

/** A manifest and its blob, locked by a dead process. */
async function leave(files: Record<string, string>): Promise<Workspace> {
  const holder = { ...thisProcess(), pid: DEAD, token: '0123456789ab' };
  return createWorkspace({
    'app.yml': manifest('app.blobs/tls-aaaaaa.enc'),
    'app.blobs/tls-aaaaaa.enc': 'a',
    '.app.coffer/.gitignore': '*\n',
    '.app.coffer/lock': JSON.stringify(holder),
    ...files,
  });
}

/** Takes the lock once; returns the files that are there then. */
async function settle(space: Workspace): Promise<string[]> {
  await withLocks(paths(space, ['app.yml']), AT_ONCE, () => Promise.resolve());
  return space.files();
}

describe('the leftovers of a killed process', () => {
  test('are removed once the next process has the lock', async () => {
    const space = await leave({
      '.app.coffer/.coffer-01234567-1-1-0123456789ab.tmp': 'half a blob',
      '.app.coffer/tls-0f0f0f.enc': 'a whole one',
      [BLOB]: 'a whole one',
    });
    expect(await settle(space)).toEqual(['app.blobs/tls-aaaaaa.enc', 'app.yml']);
  });

  test('stay if a manifest names them', async () => {
    const space = await leave({
      'app.yaml': manifest(BLOB),
      '.app.coffer/tls-0f0f0f.enc': 'a whole one',
      [BLOB]: 'a whole one',
    });
    expect(await settle(space)).toEqual([
      'app.blobs/tls-0f0f0f.enc',
      'app.blobs/tls-aaaaaa.enc',
      'app.yaml',
      'app.yml',
    ]);
  });

  test.each(['app.yml', 'app.yaml'])(
    'are repaired if %s was being written in place',
    async (name) => {
      const text = manifest('app.blobs/tls-aaaaaa.enc');
      const next = manifest('app.blobs/tls-0f0f0f.enc');
      const space = await leave({ [name]: next.slice(0, 30) });
      const { old, next: whole } = safeguardOf(space.path(name), space.path('.app.coffer'));
      await writeFile(old, text);
      await writeFile(whole, next);
      await settle(space);
      expect(await space.text(name)).toBe(text);
      expect((await space.files()).filter((file) => file.startsWith('.'))).toEqual([]);
    },
  );

  test('do not include the files of waiting processes', async () => {
    const holder = { ...thisProcess(), token: 'ba9876543210' };
    const draft = '.app.coffer/lock-ba9876543210.draft';
    const space = await leave({ [draft]: JSON.stringify(holder) });
    expect(await settle(space)).toContain(draft);
    expect(
      await settle(await leave({ [draft]: JSON.stringify({ ...holder, pid: DEAD }) })),
    ).not.toContain(draft);
  });
});

const lockIt = (space: Workspace) =>
  withLocks([space.path('repo/app.yml')], AT_ONCE, () => Promise.resolve());

/** What a branch can bring: it knows what the files are called, and not which inodes they get. */
describe('a work folder of the branch', () => {
  const PROFILE = '# the profile of somebody else\n';
  const EVIL = `${PROFILE}touch PWNED\n`;

  async function bring(files: Record<string, string>): Promise<Workspace> {
    const space = await createWorkspace({ 'home/.profile': PROFILE, 'repo/app.yml': '' });
    for (const [name, content] of Object.entries(files)) await space.write(name, content);
    return space;
  }

  test.each(['.json', '.conf', '', '.yml'])(
    'restores nothing: neither app%s nor where a link leads',
    async (ending) => {
      const space = await bring({
        [`repo/.app.coffer/old${ending}`]: EVIL,
        [`repo/.app.coffer/next${ending}`]: EVIL,
        'repo/.app.coffer/old-1-1': EVIL,
        'repo/.app.coffer/next-1-1': EVIL,
      });
      if (ending !== '.yml') await symlink('../home/.profile', space.path(`repo/app${ending}`));
      await lockIt(space);
      expect(await space.text('home/.profile')).toBe(PROFILE);
      expect(await space.text('repo/app.yml')).toBe('');
      expect((await space.files()).filter((file) => file.includes('.coffer/'))).toEqual([]);
    },
  );

  test('restores nothing through a link, even where it knows the file', async () => {
    const space = await bring({});
    await mkdir(space.path('repo/.app.coffer'));
    await symlink('../home/.profile', space.path('repo/app.json'));
    for (const name of ['repo/app.json', 'home/.profile']) {
      const { old, next } = safeguardOf(space.path(name), space.path('repo/.app.coffer'));
      await writeFile(old, EVIL);
      await writeFile(next, EVIL);
    }
    await lockIt(space);
    expect(await space.text('home/.profile')).toBe(PROFILE);
  });

  test.each(['/dev/zero', '/dev/tty', '../../home/.profile', 'nowhere'])(
    'has no lock that leads to %s: it counts as one of another machine',
    async (target) => {
      const space = await bring({});
      await mkdir(space.path('repo/.app.coffer'));
      await symlink(target, space.path('repo/.app.coffer/lock'));
      await symlink(target, space.path('repo/.app.coffer/lock-0123456789ab'));
      expect((await failureOf(() => lockIt(space))).code).toBe('locked');
      await lutimes(space.path('repo/.app.coffer/lock'), 1, 1);
      await lockIt(space);
      expect(await space.text('home/.profile')).toBe(PROFILE);
    },
  );

  test('has no lock that is endless', async () => {
    const space = await bring({ 'repo/.app.coffer/lock': '' });
    await truncate(space.path('repo/.app.coffer/lock'), 3_000_000_000);
    expect((await failureOf(() => lockIt(space))).code).toBe('locked');
  });
});

test('leaves missing folders to the reader of the manifest', async () => {
  const { folder } = await createWorkspace();
  expect(
    await withLocks([join(folder, 'none', 'app.yml')], AT_ONCE, () => Promise.resolve(1)),
  ).toBe(1);
});
