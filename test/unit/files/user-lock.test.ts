import { chmod, mkdir, stat, symlink } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { userFolder } from '../../../src/files/user-lock.ts';
import { createWorkspace } from '../../support/workspace.ts';

test("a user's folder is private, in the first location that exists", async () => {
  const { folder, path } = await createWorkspace();
  const XDG_RUNTIME_DIR = path('runtime');
  expect(userFolder({ HOME: folder })).toBe(path('.cache/coffer'));
  expect((await stat(path('.cache/coffer'))).mode & 0o777).toBe(0o700);
  expect(userFolder({ HOME: folder, XDG_CACHE_HOME: path('cache') })).toBe(path('cache/coffer'));
  expect(userFolder({ HOME: folder, XDG_RUNTIME_DIR })).toBe(path('runtime/coffer'));
});

test('refuses a folder that others can write, or that is a link', async () => {
  const { folder, path } = await createWorkspace();
  await mkdir(path('.cache/coffer'), { recursive: true });
  await chmod(path('.cache/coffer'), 0o770);
  expect(userFolder({ HOME: folder })).toBeUndefined();
  await mkdir(path('runtime'));
  await mkdir(path('private'), { mode: 0o700 });
  await symlink('../private', path('runtime/coffer'));
  expect(userFolder({ XDG_RUNTIME_DIR: path('runtime') })).toBeUndefined();
});

test('has no folder without a home', async () => {
  const { path, files } = await createWorkspace();
  expect(userFolder({})).toBeUndefined();
  expect(userFolder({ HOME: path('none'), XDG_CACHE_HOME: 'relative' })).toBeUndefined();
  expect(await files()).toEqual([]);
});
