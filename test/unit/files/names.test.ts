import { writeFile } from 'node:fs/promises';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { fitName } from '../../../src/files/names.ts';
import { workFolderOf } from '../../../src/files/work-folder.ts';
import { blobFolder, blobName } from '../../../src/seal/blob-files.ts';
import { createWorkspace } from '../../support/workspace.ts';
import { anyText } from '../../support/any-text.ts';

test('keeps a name that fits; cuts a longer one, and keeps it distinct', () => {
  const start = anyText({ minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(start, start, (one, other) => {
      const [a, b] = [fitName(one, '.blobs'), fitName(other, '.blobs')];
      for (const name of [a, b]) {
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
        expect(name.endsWith('.blobs')).toBe(true);
        expect(name).not.toContain('\uFFFD'.repeat(2));
      }
      if (one !== other) expect(a).not.toBe(b);
      if (Buffer.byteLength(one) <= 249) expect(a).toBe(`${one}.blobs`);
    }),
  );
});

test('the longest names of manifests and parameters give file names that fit', async () => {
  const { path } = await createWorkspace();
  const manifest = `${'m'.repeat(251)}.yml`;
  const parameter = `${'a/'.repeat(14)}${'b'.repeat(980)}`;
  const names = [
    manifest,
    blobFolder(path(manifest)),
    blobName(parameter, 'f'.repeat(64), () => true),
    fitName(manifest, '.edited'),
  ];
  for (const name of names) await writeFile(path(name), '');
  await writeFile(workFolderOf(path(manifest)), '');
});

test('a blob whose name is taken gets a longer digest in its name', () => {
  const digest = '0123456789abcdef'.repeat(4);
  const taken = new Set<string>();
  const next = () => {
    const name = blobName('tls/key', digest, (name) => taken.has(name));
    taken.add(name);
    return name;
  };
  expect([next(), next(), next()]).toEqual([
    'tls-key-012345.enc',
    'tls-key-0123456789ab.enc',
    `tls-key-${digest}.enc`,
  ]);
});
