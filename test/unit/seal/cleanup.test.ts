import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { randomBytes } from 'node:crypto';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { editManifest, readManifest } from '../../../src/manifest/index.ts';
import { replaceManifest } from '../../../src/seal/apply.ts';
import { blobPaths } from '../../../src/seal/blob-files.ts';
import { encryptManifest } from '../../../src/seal/encrypt.ts';
import { FileKey } from '../../../src/seal/file-key.ts';
import { withLocks } from '../../../src/seal/locked.ts';
import { useAws } from '../../support/aws.ts';
import { kmsOf } from '../../support/services.ts';
import { createWorkspace, type Workspace } from '../../support/workspace.ts';
import { manifestIn } from './sample.ts';

const aws = await useAws();
const kms = kmsOf(aws);
const keyArn = await aws.createKey();
const fileKey = () => new FileKey(kms, { alias: keyArn, create: false }, keyArn);
const NAMES = ['one', 'two'];

const PARAMETERS = `parameters:\n  - {name: open, type: String, value: x}\n${NAMES.map((name) => `  - {name: ${name}, type: SecureString, file: k.bin}\n`).join('')}`;

/** Two blobs in files of their own; their manifest is about to be written. */
async function sealTwo(): Promise<{ space: Workspace; write: () => Promise<unknown> }> {
  const space = await createWorkspace({ 'k.bin': randomBytes(70_000) });
  const typed = manifestIn(space, PARAMETERS);
  await space.write('app.yml', typed.text);
  const next = await encryptManifest(typed, fileKey(), { today: '2026-11-27' });
  return { space, write: () => replaceManifest(typed, next) };
}

/** From here on, the removal of a file fails `times` times, from the given one on. */
function failRemovals(from: number, times: number): () => number {
  const { rmSync } = fs;
  let count = 0;
  const spy = vi.spyOn(fs, 'rmSync').mockImplementation((path, options) => {
    count += 1;
    if (count < from || count >= from + times) return rmSync(path, options);
    throw Object.assign(new Error('EROFS: read-only'), { code: 'EROFS', syscall: 'rm' });
  });
  const end = () => {
    spy.mockRestore();
    syncBuiltinESMExports();
    return count;
  };
  syncBuiltinESMExports();
  onTestFinished(() => void end());
  return end;
}

/** The next command that writes the manifest. */
function nextCommand(space: Workspace): Promise<void> {
  return withLocks([space.path('app.yml')], { seconds: 0, note: () => {} }, () =>
    Promise.resolve(),
  );
}

async function blobsNamed(space: Workspace): Promise<string[]> {
  return blobPaths(await readManifest(space.path('app.yml'))).toSorted();
}

/** Which removal is the first to fail, and how many do. */
const FAILURES = [
  [1, 1],
  [2, 1],
  [3, 1],
  [4, 1],
  [1, 100],
] as const;

describe('where a file cannot be removed once the manifest is written, the command still succeeds:', () => {
  test.each(FAILURES)(
    'new blobs stay that it names, from removal %i on, %i times',
    async (from, times) => {
      const { space, write } = await sealTwo();
      const end = failRemovals(from, times);
      await write();
      expect(end()).toBeGreaterThanOrEqual(from);
      await nextCommand(space);
      const blobs = await blobsNamed(space);
      expect(blobs).toHaveLength(2);
      expect(await space.files()).toEqual([...blobs, 'app.yml', 'k.bin']);
    },
  );

  test.each(FAILURES)(
    'the next one removes old blobs, from removal %i on, %i times',
    async (from, times) => {
      const { space, write } = await sealTwo();
      await write();
      const manifest = await readManifest(space.path('app.yml'));
      const text = editManifest(manifest, { remove: new Set(['one', 'two']) });
      const end = failRemovals(from, times);
      await replaceManifest(manifest, { text, blobs: [] });
      expect(end()).toBeGreaterThanOrEqual(from);
      await nextCommand(space);
      expect(await space.files()).toEqual(['app.yml', 'k.bin']);
    },
  );
});
