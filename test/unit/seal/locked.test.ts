import { spawnSync } from 'node:child_process';
import { chmod, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
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

  test('are repaired if a manifest was being written in place', async () => {
    const text = manifest('app.blobs/tls-aaaaaa.enc');
    const next = manifest('app.blobs/tls-0f0f0f.enc');
    const space = await leave({
      '.app.coffer/old.yml': text,
      '.app.coffer/next.yml': next,
      'app.yml': next.slice(0, 30),
    });
    await settle(space);
    expect(await space.text('app.yml')).toBe(text);
  });

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

test('leaves missing folders to the reader of the manifest', async () => {
  const { folder } = await createWorkspace();
  expect(
    await withLocks([join(folder, 'none', 'app.yml')], AT_ONCE, () => Promise.resolve(1)),
  ).toBe(1);
});
