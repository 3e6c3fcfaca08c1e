import { mkdir, symlink } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { writeValueFiles } from '../../../src/files/value-files.ts';
import { failureOf } from '../../support/failure.ts';
import { createWorkspace } from '../../support/workspace.ts';

const valueAt = (path: string) => ({ path, name: path, bytes: Buffer.from('secret') });

test.each([
  ['in place of a file', 'out/key', '../home/authorized_keys', 'key'],
  ['in place of a file, which leads nowhere', 'out/key', '../home/new', 'key'],
  ['in place of a folder', 'out/cfg', '../home', 'cfg/authorized_keys'],
  ['in place of a folder further down', 'out/a/cfg', '../../home', 'a/cfg/b/c'],
])('follows no link %s, and writes nothing', async (_, link, target, path) => {
  const space = await createWorkspace({ 'home/authorized_keys': 'mine', 'out/a/x': 'x' });
  await symlink(target, space.path(link));
  const values = [valueAt('first'), valueAt(path)];
  const failure = await failureOf(() => writeValueFiles(values, space.path('out')));
  expect(failure).toMatchObject({ code: 'usage', message: expect.stringContaining('is a link') });
  expect(await space.text('home/authorized_keys')).toBe('mine');
  expect(await space.files()).toEqual([link, 'home/authorized_keys', 'out/a/x'].toSorted());
});

test('the folder itself may be, or be below, a link of the caller', async () => {
  const space = await createWorkspace();
  await mkdir(space.path('private/tmp'), { recursive: true });
  await symlink('private/tmp', space.path('tmp'));
  await writeValueFiles([valueAt('a')], space.path('tmp'));
  await writeValueFiles([valueAt('b/c')], space.path('tmp/new/one'));
  expect(await space.files()).toEqual(['private/tmp/a', 'private/tmp/new/one/b/c', 'tmp']);
});
