import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { fileSpool, memorySpool } from '../../../src/stores/s3/spool.ts';
import { createWorkspace } from '../../support/workspace.ts';

const BYTES = randomBytes(100_000);

describe.each([
  ['in memory', () => Promise.resolve(memorySpool(BYTES.length))],
  ['in a file', async () => fileSpool((await createWorkspace()).folder)],
])('a spool %s', (_, create) => {
  test('returns what was written, in any order', async () => {
    const spool = await create();
    for (const start of [60_000, 0, 99_999, 30_000]) {
      const end = { 0: 30_000, 30_000: 60_000, 60_000: 99_999, 99_999: 100_000 }[start];
      await spool.write(BYTES.subarray(start, end), start);
    }
    expect((await spool.read(0, BYTES.length)).equals(BYTES)).toBe(true);
    expect((await spool.read(29_990, 20)).equals(BYTES.subarray(29_990, 30_010))).toBe(true);
    await spool.close();
  });
});

test('a spool file has no name to open it by', async () => {
  const { folder } = await createWorkspace();
  const spool = await fileSpool(folder);
  await spool.write(BYTES, 0);
  expect(await readdir(folder)).toEqual([]);
  await spool.close();
});
