import { chmod, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { withValueChanges } from '../../../src/actions/value-changes.ts';
import { versionIdOf } from '../../../src/crypto/version-id.ts';
import { readVersions } from '../../../src/git/head.ts';
import { parseManifest } from '../../../src/manifest/index.ts';
import { heldBy } from '../../../src/plan/desired-secrets.ts';
import { MANIFEST_LIMIT, SizeLimit } from '../../../src/sizes.ts';
import type { Change } from '../../../src/stores/model.ts';
import { run } from '../../support/cli.ts';
import { createWorkspace } from '../../support/workspace.ts';

/** A repository with commits of one file, and a git that counts its calls. */
async function createHistory(file: string, texts: readonly (string | undefined)[]) {
  const real = (await run('sh', ['-c', 'command -v git'], { cwd: '/' })).stdout.toString().trim();
  const app = await createWorkspace();
  const git = async (...args: string[]) => {
    const identity = ['-c', 'user.name=T', '-c', 'user.email=t@example.org'];
    const { code, stderr } = await run(real, [...identity, ...args], { cwd: app.folder });
    expect(code, stderr).toBe(0);
  };
  await git('init', '--quiet');
  for (const text of texts) {
    if (text === undefined) await git('rm', '--quiet', file);
    else await app.write(file, text);
    await git('add', '--all');
    await git('commit', '--quiet', '--allow-empty', '--message=x');
  }
  await app.write('bin/git', `#!/bin/sh\necho x >> '${app.path('calls')}'\nexec ${real} "$@"\n`);
  await chmod(app.path('bin/git'), 0o755);
  const counted = async <T>(work: () => Promise<T>) => {
    const before = process.env['PATH'];
    process.env['PATH'] = `${app.path('bin')}:${before}`;
    try {
      const result = await work();
      return { result, calls: (await readFile(app.path('calls'), 'utf8')).split('\n').length - 1 };
    } finally {
      process.env['PATH'] = before;
    }
  };
  return { ...app, counted };
}

async function versionsOf(file: string, limit = MANIFEST_LIMIT): Promise<string[]> {
  const found: string[] = [];
  for await (const bytes of readVersions(file, limit)) found.push(bytes.toString());
  return found;
}

test('two calls of git read all versions of a file', async () => {
  const texts = Array.from({ length: 30 }, (_, i) => `text ${i}`);
  const { path, counted } = await createHistory('a b.yml', texts);
  const { result, calls } = await counted(() => versionsOf(path('a b.yml')));
  expect(result).toEqual(texts.toReversed());
  expect(calls).toBe(2);
});

test('skips versions that are too large, a folder, or not there', async () => {
  const app = await createHistory('x', ['one', 'far too large', undefined, 'two']);
  const limit = new SizeLimit(5, { hint: '' });
  expect(await versionsOf(app.path('x'), limit)).toEqual(['two', 'one']);
  const folder = await createHistory('x/y', ['in a folder', undefined]);
  await folder.write('x', 'one');
  expect(await versionsOf(folder.path('x'))).toEqual([]);
});

const textOf = (value: string) =>
  `path: /app/\nregion: us-east-1\nkmskey: alias/app\nstore: secretsmanager\nsecret: app\nparameters:\n  - {name: a, type: String, value: "${value}"}\n`;

test('a plan asks git twice what a JSON secret held, however long ago', async () => {
  const texts = Array.from({ length: 10 }, (_, i) => textOf(String(i)));
  const { path, counted } = await createHistory('app.yml', texts);
  const file = path('app.yml');
  const [oldest = '', newest = ''] = [texts[0], texts.at(-1)];
  const versionId = versionIdOf('app', await heldBy(parseManifest(oldest, file)));
  const change = {
    name: 'app',
    differences: [{ field: 'version' }],
    actual: { secret: { versionId } },
  } as unknown as Change;
  const { result, calls } = await counted(() =>
    withValueChanges(parseManifest(newest, file), change),
  );
  expect(result.values).toEqual({ added: [], changed: ['a'], removed: [] });
  expect(calls).toBe(2);
});
