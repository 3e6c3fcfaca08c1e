import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findManifests } from '../../../src/repo/check/find.ts';
import { readBytes } from '../../../src/files/read.ts';
import { check } from '../../../src/actions/check.ts';
import { mergeDriver } from '../../../src/actions/merge-driver.ts';
import { complete } from '../../../src/cli/complete/complete.ts';
import { editManifest, parseManifest, readManifest } from '../../../src/manifest/index.ts';
import { MANIFEST_LIMIT, SizeLimit } from '../../../src/sizes.ts';
import { failureOf } from '../../support/failure.ts';
import { createTestHost } from '../../support/tools.ts';
import { createWorkspace } from '../../support/workspace.ts';

const TWO_GIB = 2 * 1024 ** 3;

/** A file that takes no space, and begins as a manifest does. */
async function createHuge() {
  const { folder, path } = await createWorkspace();
  writeFileSync(path('app.yml'), 'path: /app/\nregion: us-east-1\nparameters:\n');
  truncateSync(path('app.yml'), TWO_GIB);
  return { folder, file: path('app.yml') };
}

describe('of a file of 2 GiB, not a byte is read', () => {
  const MESSAGE = / 2\.0 GiB \(2147483648 bytes\) is more than the limit of 8\.0 MiB/;

  test('as a manifest', async () => {
    const { file } = await createHuge();
    const error = await failureOf(() => readManifest(file));
    expect(error).toMatchObject({
      code: 'manifest',
      message: expect.stringMatching(MESSAGE) as string,
      hint: expect.stringContaining('file: …') as string,
    });
  });

  test('to merge it', async () => {
    const { file } = await createHuge();
    const { host } = createTestHost();
    const files = { base: file, ours: file, theirs: file };
    const error = await failureOf(() => mergeDriver({ host }, files, { path: 'app.yml' }));
    expect(error.message).toMatch(MESSAGE);
  });

  test('to complete the names in it', async () => {
    const { file } = await createHuge();
    expect(await complete(`coffer unset ${file} `)).toBe('words\n');
  });

  test('to find out whether it is a manifest', async () => {
    const { folder } = await createHuge();
    expect(await findManifests(folder)).toEqual([]);
    const { files, problems, warnings } = await check(folder, []);
    expect({ files, problems }).toEqual({ files: 0, problems: [] });
    expect(warnings).toMatchObject([
      { message: expect.stringMatching(/^not checked: app\.yml: 2\.0 GiB/) as string },
    ]);
  });
});

test('coffer writes no manifest that it would not read', async () => {
  const text =
    'path: /app/\nregion: us-east-1\nparameters:\n  - {name: a, type: String, value: b}\n';
  const manifest = parseManifest(text, 'app.yml');
  const description = 'd'.repeat(MANIFEST_LIMIT.bytes);
  const long = editManifest(manifest, {
    add: [{ name: 'c', type: 'String', description, content: { kind: 'plain', text: 'x' } }],
  });
  const error = await failureOf(() => Promise.resolve(parseManifest(long, 'app.yml')));
  expect(error).toMatchObject({ code: 'manifest' });
  expect(error.message).toMatch(/^app\.yml: 8\.0 MiB \(\d+ bytes\) is more than the limit of 8\.0/);
});

test.each([
  ['a device without an end', '/dev/zero'],
  ['a file of the system that says it is empty', '/proc/self/pagemap'],
])('%s is cut off', async (_, file) => {
  const limit = new SizeLimit(100_000, { hint: '' });
  const { message } = await failureOf(() => readBytes(file, limit));
  expect(message).toBe(`${file}: it is more than the limit of 97.7 KiB (100000 bytes)`);
});

test('a file that does not say its size is read whole', async () => {
  const limit = new SizeLimit(100_000, { hint: '' });
  expect(await readBytes('/proc/self/limits', limit)).toEqual(readFileSync('/proc/self/limits'));
});

/** Files that read what coffer or the system wrote, or in pieces. */
const WITHOUT_LIMIT = [
  'actions/rollback.ts', // an object that is no larger than what SSM takes
  'ci/comment.ts', // GitHub's event and its answers
  'cli/run-command.ts', // what Linux says of a process
  'cli/sops.ts', // less than the file of sops, which has the limit
  'cli/start/kept-file.ts', // coffer's own compiled code
  'cli/terminal/editor.ts', // what a person typed; parsing it has the limit
  'controller/kube/client.ts', // the answers of the API server, and the pod's own token
  'files/descriptor.ts', // what Linux says of it
  'files/at-once.ts', // for readBytes, which has the limit
  'files/lock.ts',
  'files/overwrite.ts', // its own copies of a manifest
  'files/this-process.ts',
  'repo/drivers/attributes.ts',
  'repo/drivers/hook.ts',
];

test('everything else that reads a whole file or stream has a limit', () => {
  const found = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
    (file) =>
      file.endsWith('.ts') &&
      !file.startsWith('sandbox') &&
      /\breadFile(?:Sync)?\(|stream\/consumers/.test(readFileSync(join('src', file), 'utf8')),
  );
  expect(found.toSorted()).toEqual([...WITHOUT_LIMIT, 'actions/get.ts'].toSorted());
});
