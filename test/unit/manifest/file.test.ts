import { chmod, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CofferError } from '../../../src/errors.ts';
import { readManifest, writeManifest } from '../../../src/manifest/file.ts';
import { failureOf } from '../../support/failure.ts';
import { createWorkspace } from '../../support/workspace.ts';
import { withParameter } from './samples.ts';

const TEXT = withParameter('type: String\nvalue: x');

let folder = '';
let file = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coffer-manifest-'));
  file = join(folder, 'm.yml');
  await writeFile(file, TEXT);
});

afterEach(async () => {
  await chmod(folder, 0o700);
  await rm(folder, { recursive: true });
});

async function errorOf(promise: Promise<unknown>): Promise<CofferError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof CofferError) return error;
  throw error ?? new Error('nothing was thrown');
}

describe('readManifest', () => {
  test('reads and parses', async () => {
    const manifest = await readManifest(file);
    expect(manifest).toMatchObject({ file, text: TEXT, path: '/a/' });
  });

  test('keeps a byte order mark in the text', async () => {
    await writeFile(file, `\uFEFF${TEXT}`);
    expect((await readManifest(file)).text).toBe(`\uFEFF${TEXT}`);
  });

  test('says that a picture is no text', async () => {
    const { path } = await createWorkspace({
      'app.yml': Buffer.from('89504e470d0a1a0a0000000d', 'hex'),
    });
    const error = await failureOf(() => readManifest(path('app.yml')));
    expect(error.problems).toMatchObject([{ message: 'this is not a manifest: it is not text' }]);
  });

  test('says where the file is not UTF-8', async () => {
    await writeFile(
      file,
      Buffer.concat([Buffer.from('path: /a/\nregion: ü'), Buffer.from([0xff, 0x0a])]),
    );
    const error = await errorOf(readManifest(file));
    expect(error).toMatchObject({ code: 'manifest', place: { file, line: 2, column: 10 } });
    await writeFile(file, Buffer.from('path: /a/\n\xC3', 'latin1'));
    expect((await errorOf(readManifest(file))).place).toEqual({ file, line: 2, column: 1 });
  });

  test('reports a missing file and a folder as wrong usage', async () => {
    for (const [name, reason] of [
      ['none.yml', 'file or folder not found'],
      ['', 'it is a folder'],
      ['m.yml/x', 'file not found'],
    ] as const) {
      const error = await errorOf(readManifest(join(folder, name)));
      expect(error.code).toBe('usage');
      expect(error.message).toContain(reason);
      expect(error.hint).toBeDefined();
    }
  });
});

describe('writeManifest', () => {
  test('writes a changed text and says so', async () => {
    const manifest = await readManifest(file);
    expect(await writeManifest(manifest, `${TEXT}# new\n`)).toBe(true);
    expect(await readFile(file, 'utf8')).toBe(`${TEXT}# new\n`);
  });

  test('does not touch the file if the text is the same', async () => {
    const then = new Date('2020-01-01');
    await utimes(file, then, then);
    const manifest = await readManifest(file);
    const { ino } = await stat(file);
    expect(await writeManifest(manifest, TEXT)).toBe(false);
    expect(await stat(file)).toMatchObject({ ino, mtime: then });
  });

  test('refuses if somebody else changed or removed the file', async () => {
    const manifest = await readManifest(file);
    await writeFile(file, `${TEXT}# theirs\n`);
    expect((await errorOf(writeManifest(manifest, `${TEXT}# ours\n`))).code).toBe('conflict');
    expect(await readFile(file, 'utf8')).toBe(`${TEXT}# theirs\n`);
    await rm(file);
    expect((await errorOf(writeManifest(manifest, 'x'))).code).toBe('usage');
    expect(await readdir(folder)).toEqual([]);
  });
});
