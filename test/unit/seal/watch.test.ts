import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { replaceManifest } from '../../../src/seal/apply.ts';
import { encryptManifest } from '../../../src/seal/encrypt.ts';
import { FileKey } from '../../../src/seal/file-key.ts';
import { readManifest } from '../../../src/manifest/index.ts';
import { useAws } from '../../support/aws.ts';
import { kmsOf } from '../../support/services.ts';
import { createWorkspace } from '../../support/workspace.ts';
import { manifestIn } from './sample.ts';

const aws = await useAws();
const keyId = await aws.createKey();
const SIZE = 3 * 1024 * 1024;

test('encrypt reports progress: sealing all files together, and comparing each', async () => {
  const workspace = await createWorkspace({ one: randomBytes(SIZE), two: randomBytes(SIZE) });
  const { text } = manifestIn(
    workspace,
    'parameters:\n  - {name: a, type: SecureString, file: one}\n  - {name: b, type: SecureString, file: two}\n',
  );
  await workspace.write('app.yml', text);

  const run = async () => {
    const told: [string, number, number][] = [];
    const manifest = await readManifest(workspace.path('app.yml'));
    const fileKey = new FileKey(kmsOf(aws), { alias: keyId, create: false });
    const sealing = await encryptManifest(manifest, fileKey, {
      today: '2026-11-27',
      watch: {
        compared: (bytes, total) => told.push(['compared', bytes, total]),
        sealed: (bytes, total) => told.push(['sealed', bytes, total]),
      },
    });
    await replaceManifest(manifest, sealing);
    return told;
  };
  const first = await run();
  expect(new Set(first.map(([what]) => what))).toEqual(new Set(['sealed']));
  expect(first.at(-1)).toEqual(['sealed', 2 * SIZE, 2 * SIZE]);
  expect(first[0]?.[1]).toBeLessThan(SIZE);

  const second = await run();
  const ends = second.filter(([, bytes, total]) => bytes === total);
  expect(ends).toEqual([
    ['compared', SIZE, SIZE],
    ['compared', SIZE, SIZE],
  ]);
});
