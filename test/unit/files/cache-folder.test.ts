import { chmod, chown, mkdir, stat, symlink } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { cacheFolder } from '../../../src/files/cache-folder.ts';
import { userFolder } from '../../../src/files/user-lock.ts';
import { createWorkspace, type Workspace } from '../../support/workspace.ts';

test("compiled code is kept in the user's own cache folder, which only they may read", async () => {
  const { folder, path } = await createWorkspace();
  expect(cacheFolder({ HOME: folder })).toBe(path('.cache/coffer/compiled'));
  expect((await stat(path('.cache/coffer'))).mode & 0o777).toBe(0o700);
  expect((await stat(path('.cache/coffer/compiled'))).mode & 0o777).toBe(0o700);
  expect(cacheFolder({ HOME: folder, XDG_CACHE_HOME: path('x') })).toBe(path('x/coffer/compiled'));
});

test('without a folder of their own it is kept nowhere', () => {
  expect(cacheFolder({})).toBeUndefined();
  expect(cacheFolder({ HOME: '/dev/null' })).toBeUndefined();
  expect(cacheFolder({ XDG_CACHE_HOME: 'relative' })).toBeUndefined();
  // Where no folder can be made, Node 20 made one for ever.
  expect(cacheFolder({ HOME: '/proc/self' })).toBeUndefined();
  expect(cacheFolder({ XDG_CACHE_HOME: '/proc/none' })).toBeUndefined();
  expect(userFolder({ XDG_CACHE_HOME: '/proc/none/x', HOME: '/proc/self' })).toBeUndefined();
});

test('is the real folder: a link on the way may lead elsewhere in a moment', async () => {
  const { path } = await createWorkspace();
  await mkdir(path('real'));
  await symlink(path('real'), path('link'));
  expect(cacheFolder({ XDG_CACHE_HOME: path('link') })).toBe(path('real/coffer/compiled'));
});

const SOMEBODY = 12_345;

describe('never uses a folder', () => {
  test.each<[string, (home: Workspace) => Promise<void>, 'root'?]>([
    ['that others may write', ({ path }) => chmod(path('.cache/coffer'), 0o777)],
    ['in which others may rename it', ({ path }) => chmod(path('.cache'), 0o777)],
    ['that is a link', ({ path }) => symlink('elsewhere', path('.cache/coffer/compiled'))],
    ['of another user', ({ path }) => chown(path('.cache/coffer'), SOMEBODY, SOMEBODY), 'root'],
    ["in another user's home", ({ folder }) => chown(folder, SOMEBODY, SOMEBODY), 'root'],
  ])('%s', async (_, spoil, who) => {
    // Only root can give a folder away.
    if (who === 'root' && process.getuid?.() !== 0) return;
    const home = await createWorkspace();
    await mkdir(home.path('.cache/coffer'), { recursive: true, mode: 0o700 });
    await mkdir(home.path('elsewhere'), { mode: 0o700 });
    await spoil(home);
    expect(cacheFolder({ HOME: home.folder })).toBeUndefined();
  });
});
