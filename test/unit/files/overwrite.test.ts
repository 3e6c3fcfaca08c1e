import {
  chmod,
  chown,
  link,
  mkdir,
  readFile,
  rename,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { overwrite, restore, safeguardOf } from '../../../src/files/overwrite.ts';
import { failureOf } from '../../support/failure.ts';
import { createWorkspace, type Workspace } from '../../support/workspace.ts';

const OLD = 'the old content\n'.repeat(9);
const NEXT = 'the next content, which is longer\n'.repeat(9);

let space: Workspace;
let target = '';
let folder = '';

beforeEach(async () => {
  space = await createWorkspace({ target: OLD, source: NEXT });
  target = space.path('target');
  folder = space.path('work');
  await mkdir(folder);
});

test('keeps the same file, and leaves nothing beside it', async () => {
  const { ino } = await stat(target);
  await link(target, space.path('same'));
  overwrite(target, space.path('source'), { workFolder: folder });
  expect(await space.text('same')).toBe(NEXT);
  expect((await stat(target)).ino).toBe(ino);
  expect(await space.files()).toEqual(['same', 'source', 'target']);
});

/** What an interrupted write leaves of the target, which is `found`. */
async function interrupt(found: string, from = target): Promise<void> {
  const { old, next } = safeguardOf(from, folder);
  await writeFile(old, OLD);
  await writeFile(next, NEXT);
  await writeFile(target, found);
}

test.each([
  ['before it began', OLD, OLD],
  ['when the file was empty', '', OLD],
  ['in the middle', NEXT.slice(0, 40), OLD],
  ['by a power failure', `${NEXT.slice(0, 40)}\0\0\0`, OLD],
  ['when all was written', NEXT, NEXT],
  ['and the file was changed since', 'by somebody\n', 'by somebody\n'],
])('repairs a write that was interrupted %s', async (_, found, expected) => {
  await interrupt(found);
  restore([target], folder);
  expect(await space.text('target')).toBe(expected);
  expect(await space.files()).toEqual(['source', 'target']);
});

test('leaves a file alone if the write was interrupted before it saved the old content', async () => {
  const { old, next } = safeguardOf(target, folder);
  await writeFile(next, NEXT.slice(0, 10));
  await writeFile(`${old}.part`, OLD.slice(0, 10));
  restore([target], folder);
  expect(await space.text('target')).toBe(OLD);
  expect(await space.files()).toEqual(['source', 'target']);
});

test('restores no other file that has taken its place', async () => {
  await interrupt('');
  await rename(target, space.path('moved'));
  await space.write('target', '');
  restore([target], folder);
  expect(await space.text('target')).toBe('');
  expect(await space.files()).toEqual(['moved', 'source', 'target']);
});

test('restores the file, but not through a link', async () => {
  await interrupt('');
  await symlink('target', space.path('link'));
  restore([space.path('link')], folder);
  expect(await space.text('target')).toBe('');
  await interrupt('');
  restore([space.path('link'), target], folder);
  expect(await space.text('target')).toBe(OLD);
});

test('saves nothing where a link leads', async () => {
  await space.write('elsewhere', 'of somebody else');
  const { old, next } = safeguardOf(target, folder);
  for (const path of [next, old, `${old}.part`]) await symlink('../elsewhere', path);
  overwrite(target, space.path('source'), { workFolder: folder });
  expect(await readFile(target, 'utf8')).toBe(NEXT);
  expect(await space.text('elsewhere')).toBe('of somebody else');
});

async function expectRefused(reason: string): Promise<void> {
  const call = () => overwrite(target, space.path('source'), { isPrivate: true });
  expect((await failureOf(call)).message).toContain(reason);
  expect(await space.text('target')).toBe(OLD);
}

describe('a private file', () => {
  const IS_ROOT = process.getuid?.() === 0;

  test('is written into a file of the caller, once nobody else may read that', async () => {
    await chmod(target, 0o666);
    overwrite(target, space.path('source'), { isPrivate: true });
    expect(await space.text('target')).toBe(NEXT);
    expect((await stat(target)).mode & 0o777).toBe(0o600);
  });

  test('is not written into a file that has another name', async () => {
    await link(target, space.path('of-others'));
    await expectRefused('has other names');
  });

  test.runIf(IS_ROOT)('is not written into a file of somebody else', async () => {
    await chown(target, 65_534, 65_534);
    await chmod(target, 0o666);
    await expectRefused('belongs to somebody else');
    // What is no secret is, as where a file is mounted.
    overwrite(target, space.path('source'));
    expect(await space.text('target')).toBe(NEXT);
  });
});
