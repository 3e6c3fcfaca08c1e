import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import {
  chmod,
  copyFile,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  stat,
  symlink,
} from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { basename, join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { replaceFile } from '../../../src/files/replace.ts';
import { StagedFile } from '../../../src/files/staged-file.ts';
import { failureOf } from '../../support/failure.ts';
import { createWorkspace } from '../../support/workspace.ts';

const TEXT = 'what was there';

let folder = '';
let file = '';

beforeEach(async () => {
  const workspace = await createWorkspace({ 'm.yml': TEXT });
  folder = workspace.folder;
  file = workspace.path('m.yml');
});

describe('replaceFile', () => {
  test('keeps the mode and leaves no other file', async () => {
    await chmod(file, 0o640);
    await replaceFile(file, 'new');
    expect(await readFile(file, 'utf8')).toBe('new');
    expect((await stat(file)).mode & 0o7777).toBe(0o640);
    expect(await readdir(folder)).toEqual(['m.yml']);
  });

  test('writes bytes, also to a new file', async () => {
    const bytes = Uint8Array.from([0, 255, 10, 13]);
    await replaceFile(join(folder, 'new.enc'), bytes);
    expect(await readFile(join(folder, 'new.enc'))).toEqual(Buffer.from(bytes));
  });

  test('replaces the target of a link, not the link', async () => {
    await mkdir(join(folder, 'sub'));
    const link = join(folder, 'sub', 'link.yml');
    await symlink('../m.yml', link);
    await replaceFile(link, 'new');
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect(await readFile(file, 'utf8')).toBe('new');
    expect(await readdir(join(folder, 'sub'))).toEqual(['link.yml']);
  });

  test('refuses a dangling link, a folder, and a missing folder', async () => {
    await symlink('nowhere', join(folder, 'link'));
    for (const name of ['link', '.', 'none/m.yml']) {
      expect((await failureOf(() => replaceFile(join(folder, name), 'new'))).code).toBe('usage');
    }
    expect((await readdir(folder)).toSorted()).toEqual(['link', 'm.yml']);
  });

  test('keeps the old content and removes the temporary file on failure', async () => {
    const broken = {
      [Symbol.iterator]: () => {
        throw new Error('broken');
      },
    };
    await expect(replaceFile(file, broken as unknown as Uint8Array)).rejects.toThrow();
    expect(await readFile(file, 'utf8')).toBe(TEXT);
    expect(await readdir(folder)).toEqual(['m.yml']);
  });

  test('removes what a killed process left beside it, and nothing of one that runs', async () => {
    const staged = await StagedFile.create(folder);
    const { pid } = spawnSync('true');
    const left = staged.path.replace(`-${process.pid}-`, `-${pid}-`);
    await copyFile(staged.path, left);
    await replaceFile(file, 'new');
    const names = await readdir(folder);
    staged.discard();
    expect(names.toSorted()).toEqual([basename(staged.path), 'm.yml']);
  });

  test('the new content is on the disk before the rename, and the rename after it', async () => {
    const steps = await watchSyncs();
    await replaceFile(file, 'new');
    expect(steps).toEqual(['a file, while m.yml is old', 'a folder, while m.yml is new']);
  });
});

describe('a new file, where no file can have a second name', () => {
  test('is for its owner alone if it is private', async () => {
    failAs('linkSync', 'EPERM');
    const created = join(folder, 'new.yml');
    await replaceFile(created, 'new', { isPrivate: true, isNew: true });
    expect(await readFile(created, 'utf8')).toBe('new');
    expect((await stat(created)).mode & 0o777).toBe(0o600);
    await expect(replaceFile(created, 'newer', { isNew: true })).rejects.toThrow();
    expect((await readdir(folder)).toSorted()).toEqual(['m.yml', 'new.yml']);
  });

  test('is not there if the disk is full', async () => {
    failAs('linkSync', 'EPERM');
    failAs('fsyncSync', 'ENOSPC');
    await expect(replaceFile(join(folder, 'new.yml'), 'new', { isNew: true })).rejects.toThrow();
    expect(await readdir(folder)).toEqual(['m.yml']);
  });
});

const secret = () => replaceFile(file, 'secret', { isPrivate: true });

describe('a private file in a folder where others can write', () => {
  test('is not written through what somebody puts in the place of the unfinished file', async () => {
    await mkdir(join(folder, 'theirs'));
    for (const kind of ['a file', 'a link']) {
      const theirs = join(folder, 'theirs', kind);
      fs.writeFileSync(theirs, '');
      const end = exchangeNew((path) => {
        fs.rmSync(path);
        if (kind === 'a link') fs.symlinkSync(theirs, path);
        else fs.linkSync(theirs, path);
      });
      expect(['conflict', 'usage']).toContain((await failureOf(() => secret())).code);
      end();
      expect(await readFile(theirs, 'utf8')).toBe('');
      expect(await readFile(file, 'utf8')).toBe(TEXT);
    }
  });

  test('is not written into a file that cannot be replaced and has another name', async () => {
    fs.linkSync(file, join(folder, 'theirs'));
    failAs('renameSync', 'EPERM');
    expect((await failureOf(() => secret())).message).toContain('has other names');
    expect(await readFile(file, 'utf8')).toBe(TEXT);
    expect((await readdir(folder)).toSorted()).toEqual(['m.yml', 'theirs']);
  });
});

function failAs(call: 'linkSync' | 'renameSync' | 'fsyncSync', code: string): void {
  const spy = vi.spyOn(fs, call).mockImplementation(() => {
    throw Object.assign(new Error(code), { code });
  });
  syncBuiltinESMExports();
  onTestFinished(() => {
    spy.mockRestore();
    syncBuiltinESMExports();
  });
}

/** Does something to each file right after it was created. */
function exchangeNew(change: (path: string) => void): () => void {
  const { openSync } = fs;
  const spy = vi.spyOn(fs, 'openSync').mockImplementation((path, flags, mode) => {
    const descriptor = openSync(path, flags, mode);
    if (flags === 'wx') change(String(path));
    return descriptor;
  });
  syncBuiltinESMExports();
  const end = () => {
    spy.mockRestore();
    syncBuiltinESMExports();
  };
  onTestFinished(end);
  return end;
}

/** What is synced to the disk from here on, and what the file holds at that moment. */
async function watchSyncs(): Promise<string[]> {
  const steps: string[] = [];
  const note = (what: string) => {
    const state = fs.readFileSync(file, 'utf8') === TEXT ? 'old' : 'new';
    steps.push(`${what}, while m.yml is ${state}`);
  };
  const handle = await open(file);
  const prototype = Object.getPrototypeOf(handle) as typeof handle;
  await handle.close();
  const syncFile = vi.spyOn(prototype, 'sync').mockImplementation(async () => note('a file'));
  const syncFolder = vi.spyOn(fs, 'fsyncSync').mockImplementation(() => note('a folder'));
  syncBuiltinESMExports();
  onTestFinished(() => {
    syncFile.mockRestore();
    syncFolder.mockRestore();
    syncBuiltinESMExports();
  });
  return steps;
}
