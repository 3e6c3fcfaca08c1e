import { lutimes, mkdir, readdir, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CodeCache, possibleCommands } from '../../../src/cli/start/code-cache.ts';
import { run } from '../../support/cli.ts';
import { flipBit } from '../../support/flip.ts';
import { createWorkspace } from '../../support/workspace.ts';

const CODE = {
  command: 'check',
  pieces: [
    { modules: '0 1 2', data: Buffer.from('compiled') },
    { modules: '3', data: Buffer.from('a lazy one') },
  ],
};

const BUILD = '0123456789abcdef';
const OTHER_BUILD = 'fedcba9876543210';

async function createCache() {
  const workspace = await createWorkspace();
  const cache = new CodeCache(workspace.folder, BUILD);
  return { ...workspace, cache };
}

test('keeps the code of a command for the next call of it', async () => {
  const { cache, files } = await createCache();
  expect(cache.read(['check'])).toBeUndefined();
  cache.keep(CODE);
  expect(cache.read(['check', 'app.yml'])).toEqual(CODE);
  expect(cache.read(['--profile', 'dev', 'check'])).toEqual(CODE);
  expect(cache.read(['decrypt'])).toBeUndefined();
  const other = { command: 'check', pieces: [{ modules: '4', data: Buffer.from('other') }] };
  cache.keep(other);
  expect(cache.read(['check'])).toEqual(other);
  expect(await files()).toHaveLength(1);
});

test('V8 gets each piece at the start of a word, so that it does not copy it', async () => {
  const { cache } = await createCache();
  for (let length = 1; length < 20; length++) {
    cache.keep({ ...CODE, pieces: [{ modules: '1', data: Buffer.alloc(length) }, ...CODE.pieces] });
    for (const { data } of cache.read(['check'])?.pieces ?? []) expect(data.byteOffset % 8).toBe(0);
  }
});

test('keeps no more than fits, first what is needed most', async () => {
  const { cache } = await createCache();
  const pieces = [3, 6, 2].map((mib) => ({ modules: `${mib}`, data: Buffer.alloc(mib * 2 ** 20) }));
  cache.keep({ command: 'check', pieces });
  expect(cache.read(['check'])?.pieces.map(({ modules }) => modules)).toEqual(['3', '2']);
});

test('looks for nothing but names of commands', async () => {
  const { cache } = await createCache();
  cache.keep(CODE);
  expect(cache.read(['../x', '/etc/passwd', 'Check', ''])).toBeUndefined();
});

test('ignores code of another build, and code that is not whole', async () => {
  const { cache, folder, files, read, write } = await createCache();
  cache.keep(CODE);
  expect(new CodeCache(folder, OTHER_BUILD).read(['check'])).toBeUndefined();
  const [name = ''] = await files();
  const whole = await read(name);
  for (let length = 0; length < whole.length; length++) {
    await write(name, whole.subarray(0, length));
    expect(cache.read(['check'])).toBeUndefined();
  }
  for (let at = 0; at < whole.length; at++) {
    await write(name, flipBit(whole, at));
    expect(cache.read(['check'])).toBeUndefined();
  }
  cache.keep(CODE);
  expect(cache.read(['check'])).toEqual(CODE);
});

test('what cannot be written is not kept', async () => {
  const { path, files } = await createCache();
  const cache = new CodeCache(path('missing'), BUILD);
  cache.keep(CODE);
  expect(cache.read(['check'])).toBeUndefined();
  expect(await files()).toEqual([]);
});

describe('a file counts only where coffer wrote it:', () => {
  test.each<[string, (cache: Awaited<ReturnType<typeof createCache>>, name: string) => unknown]>([
    [
      'not a copy, as a checkout or an archive brings',
      async ({ path, read, write }, name) => {
        await write('copy', await read(name));
        await rename(path('copy'), path(name));
      },
    ],
    [
      'not a copy that may have its inode',
      async ({ path, read, write }, name) => {
        const content = await read(name);
        await rm(path(name));
        await write(name, content);
      },
    ],
    [
      'not behind a link',
      async ({ path }, name) => {
        await rename(path(name), path('real'));
        await symlink('real', path(name));
      },
    ],
  ])('%s', async (_, bring) => {
    const workspace = await createCache();
    const { cache, files } = workspace;
    cache.keep(CODE);
    const [name = ''] = await files();
    await bring(workspace, name);
    expect(cache.read(['check'])).toBeUndefined();
    cache.keep(CODE);
    expect(cache.read(['check'])).toEqual(CODE);
  });
});

test('removes what is a month old and is not of this build, and only what coffer wrote', async () => {
  const { cache, folder, path, write } = await createCache();
  cache.keep(CODE);
  const [own = ''] = await readdir(folder);
  const other = own.replace(BUILD, OTHER_BUILD);
  const removed = [other, `${own}.123`];
  const recent = other.replace('check', 'exec');
  const foreign = ['thesis.odt', 'other-build', join(other.replace('check', 'get'), 'photo.jpg')];
  for (const name of [...removed, recent, ...foreign]) await write(name, '');
  const link = other.replace('check', 'list');
  await symlink('thesis.odt', path(link));
  const old = new Date(Date.now() - 31 * 24 * 60 * 60 * 1000);
  for (const name of await readdir(folder)) {
    if (name !== recent) await lutimes(path(name), old, old);
  }
  cache.keep({ ...CODE, command: 'decrypt' });
  const left = [own, own.replace('check', 'decrypt'), recent, link, ...foreign];
  const names = left.map((name) => name.replace('/photo.jpg', ''));
  expect((await readdir(folder)).toSorted()).toEqual(names.toSorted());
});

test('code that all users share may be a copy, and has to be whole', async () => {
  const { path, read, write } = await createWorkspace();
  const shared = (name: string) => new CodeCache(path(name), BUILD, 'shared');
  await mkdir(path('built'));
  shared('built').keep(CODE);
  const [name = ''] = await readdir(path('built'));
  const whole = await read(`built/${name}`);
  await write(`image/${name}`, whole);
  expect(shared('image').read(['check'])).toEqual(CODE);
  await write(`image/${name}`, whole.subarray(0, -1));
  expect(shared('image').read(['check'])).toBeUndefined();
  // It is not the code of a user, which is bound to its place.
  expect(new CodeCache(path('built'), BUILD).read(['check'])).toBeUndefined();
});

test('looks for a command among the first words, and not behind --', () => {
  const words = '--profile dev -r us-east-1 exec app.yml -- kubectl get';
  expect(possibleCommands(words.split(' '))).toEqual(['--profile', 'dev', '-r', 'exec']);
});

test('ignores a pipe in the place of a file, and a file that is too large', async () => {
  const { cache, folder, files, path, write } = await createCache();
  cache.keep(CODE);
  const [name = ''] = await files();
  await write(name, Buffer.alloc(17 * 2 ** 20));
  expect(cache.read(['check'])).toBeUndefined();
  await rm(path(name));
  await run('mkfifo', [name], { cwd: folder });
  expect(cache.read(['check'])).toBeUndefined();
});

test('what is in the place of its temporary file ends nothing', async () => {
  const { cache, files, path } = await createCache();
  cache.keep(CODE);
  const [name = ''] = await files();
  await mkdir(path(`${name}.${process.pid}`));
  cache.keep(CODE);
  expect(cache.read(['check'])).toEqual(CODE);
});
