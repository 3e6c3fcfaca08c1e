import { link, stat } from 'node:fs/promises';
import { beforeEach, expect, test } from 'vitest';
import { overwrite, restore, type Safeguard } from '../../../src/files/overwrite.ts';
import { createWorkspace, type Workspace } from '../../support/workspace.ts';

const OLD = 'the old content\n'.repeat(9);
const NEXT = 'the next content, which is longer\n'.repeat(9);

let space: Workspace;
let safeguard: Safeguard;

beforeEach(async () => {
  space = await createWorkspace({ target: OLD, source: NEXT });
  safeguard = { old: space.path('old'), next: space.path('next') };
});

test('keeps the same file, and leaves nothing beside it', async () => {
  const { ino } = await stat(space.path('target'));
  await link(space.path('target'), space.path('same'));
  overwrite(space.path('target'), space.path('source'), safeguard);
  expect(await space.text('same')).toBe(NEXT);
  expect((await stat(space.path('target'))).ino).toBe(ino);
  expect(await space.files()).toEqual(['same', 'source', 'target']);
});

test.each([
  ['before it began', OLD, OLD],
  ['when the file was empty', '', OLD],
  ['in the middle', NEXT.slice(0, 40), OLD],
  ['by a power failure', `${NEXT.slice(0, 40)}\0\0\0`, OLD],
  ['when all was written', NEXT, NEXT],
  ['and the file was changed since', 'by somebody\n', 'by somebody\n'],
])('repairs a write that was interrupted %s', async (_, found, expected) => {
  await space.write('old', OLD);
  await space.write('next', NEXT);
  await space.write('target', found);
  restore(space.path('target'), safeguard);
  expect(await space.text('target')).toBe(expected);
  expect(await space.files()).toEqual(['source', 'target']);
});

test('leaves a file alone if the write was interrupted before it saved the old content', async () => {
  await space.write('next', NEXT.slice(0, 10));
  await space.write('old.part', OLD.slice(0, 10));
  restore(space.path('target'), safeguard);
  expect(await space.text('target')).toBe(OLD);
  expect(await space.files()).toEqual(['source', 'target']);
});
