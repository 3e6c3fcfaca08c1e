import { mkdir, symlink } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { isPipeOrDevice } from '../../../src/files/private-file.ts';
import { run } from '../../support/cli.ts';
import { createWorkspace } from '../../support/workspace.ts';

test('what leads into /dev or /proc is written through, whatever it leads to in the end', async () => {
  const { folder, path } = await createWorkspace({ file: '' });
  await mkdir(path('folder'));
  await symlink('/dev/stdout', path('link'));
  await symlink('link', path('link-to-link'));
  await symlink('/proc/self/fd/1', path('proc'));
  await symlink('/dev', path('devices'));
  await symlink('file', path('inner'));
  await symlink('circle', path('circle'));
  await run('mkfifo', ['pipe'], { cwd: folder });
  const answers = async (names: readonly string[]) =>
    Promise.all(names.map(async (name) => [name, await isPipeOrDevice(path(name))]));
  const through = ['link', 'link-to-link', 'proc', 'devices/stdout', 'devices/null', 'pipe'];
  expect(await answers(through)).toEqual(through.map((name) => [name, true]));
  await symlink('/dev/shm', path('memory'));
  const replaced = ['memory/new', 'file', 'inner', 'folder', 'missing', 'circle', 'missing/file'];
  expect(await answers(replaced)).toEqual(replaced.map((name) => [name, false]));
});
