import { existsSync } from 'node:fs';
import { chown, mkdir, symlink } from 'node:fs/promises';
import { expect, test } from 'vitest';
import {
  descriptorOf,
  isPipeOrDevice,
  refuseForeignPipe,
} from '../../../src/files/private-file.ts';
import { run } from '../../support/cli.ts';
import { failureOf } from '../../support/failure.ts';
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

test.runIf(existsSync('/proc/self/fd'))(
  'a descriptor of this process is known by any name',
  async () => {
    const { path } = await createWorkspace({ file: '' });
    await symlink('/dev/stdout', path('link'));
    await symlink('/dev/fd', path('folder'));
    const names = {
      '/dev/stdout': 1,
      '/dev/stderr': 2,
      '/dev/fd/7': 7,
      '/proc/self/fd/1': 1,
      [`/proc/${process.pid}/fd/12`]: 12,
      [path('link')]: 1,
      [path('folder/3')]: 3,
      '/proc/1/fd/1': undefined,
      '/dev/null': undefined,
      [path('file')]: undefined,
    };
    for (const [name, number] of Object.entries(names)) {
      expect(await descriptorOf(name), name).toBe(number);
    }
  },
);

test.runIf(process.getuid?.() === 0)('a pipe of somebody else gets nothing', async () => {
  const { folder, path } = await createWorkspace();
  await run('mkfifo', ['pipe'], { cwd: folder });
  await refuseForeignPipe(path('pipe'));
  for (const file of ['/dev/null', '/dev/none', path('none')]) await refuseForeignPipe(file);
  await chown(path('pipe'), 65_534, 65_534);
  const failure = await failureOf(() => refuseForeignPipe(path('pipe')));
  expect(failure.message).toContain('belongs to somebody else');
});
