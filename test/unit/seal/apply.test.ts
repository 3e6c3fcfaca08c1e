import { randomBytes } from 'node:crypto';
import { appendFile, mkdir, rename, symlink } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { parseManifest, readManifest } from '../../../src/manifest/index.ts';
import type { Manifest } from '../../../src/manifest/model.ts';
import { replaceManifest, replaceOrKeep } from '../../../src/seal/apply.ts';
import { blobPaths } from '../../../src/seal/blob-files.ts';
import { encryptManifest } from '../../../src/seal/encrypt.ts';
import { FileKey } from '../../../src/seal/file-key.ts';
import { Opener } from '../../../src/seal/opener.ts';
import { useAws } from '../../support/aws.ts';
import { run } from '../../support/cli.ts';
import { failureOf } from '../../support/failure.ts';
import { kmsOf } from '../../support/services.ts';
import { createWorkspace, type Workspace } from '../../support/workspace.ts';
import { manifestIn, parameterOf } from './sample.ts';

const aws = await useAws();
const kms = kmsOf(aws);
const keyArn = await aws.createKey();
const fileKey = () => new FileKey(kms, { alias: keyArn, create: false }, keyArn);

const PARAMETERS = 'parameters:\n  - {name: tls, type: SecureString, file: k.bin}\n';
const large = () => randomBytes(70_000);

/** A folder whose app.yml is sealed, its blob in app.blobs. */
async function createSealed(): Promise<Workspace> {
  const space = await createWorkspace({ 'k.bin': large() });
  const typed = manifestIn(space, PARAMETERS);
  await space.write('app.yml', typed.text);
  await replaceManifest(typed, await encryptManifest(typed, fileKey(), { today: '2026-11-27' }));
  return space;
}

/** The new value for tls, sealed. */
async function sealAnew(manifest: Manifest, value = large()) {
  return encryptManifest(manifest, fileKey(), {
    today: '2026-11-27',
    only: new Set(['tls']),
    values: new Map([['tls', value]]),
  });
}

async function replaceIn(space: Workspace, name: string): Promise<string[]> {
  const manifest = await readManifest(space.path(name));
  return (await replaceManifest(manifest, await sealAnew(manifest))).removed;
}

async function valueIn(space: Workspace, name: string): Promise<Buffer> {
  const manifest = parseManifest(await space.text(name), space.path(name));
  return new Opener(manifest, kms).open(parameterOf(manifest, 'tls'));
}

async function blobsOf(space: Workspace, name: string): Promise<string[]> {
  return blobPaths(await readManifest(space.path(name)));
}

describe('a blob that a manifest no longer names', () => {
  test('is removed, and the folder with the last one', async () => {
    const space = await createSealed();
    const before = await blobsOf(space, 'app.yml');
    expect(await replaceIn(space, 'app.yml')).toEqual(before);
    expect(await space.files()).toEqual([...(await blobsOf(space, 'app.yml')), 'app.yml', 'k.bin']);
  });

  test.each([
    ['a copy', 'copy.yml'],
    ['one of the same stem', 'app.yaml'],
    ['one in a folder below', 'sub/other.yml'],
    ['the edit of a conflict', 'app.yml.edited'],
    ['a file that is not whole', 'broken.yml'],
  ])('stays if %s names it', async (_, name) => {
    const space = await createSealed();
    const [blob = ''] = await blobsOf(space, 'app.yml');
    const text = await space.text('app.yml');
    await space.write(name, name === 'broken.yml' ? `<<<<<<<\n${text}` : text);
    expect(await replaceIn(space, 'app.yml')).toEqual([]);
    expect(await space.files()).toContain(blob);
  });

  test('stays if it is in the folder of another manifest', async () => {
    const space = await createSealed();
    const [blob = ''] = await blobsOf(space, 'app.yml');
    await space.write('copy.yml', await space.text('app.yml'));
    await space.write('copy.blobs/of-its-own.enc', 'sealed');
    await space.write('app.yml', 'nothing of it any more\n');
    expect(await replaceIn(space, 'copy.yml')).toEqual([]);
    expect(await space.files()).toContain(blob);
    expect(await blobsOf(space, 'copy.yml')).toEqual([expect.stringMatching(/^copy\.blobs\//)]);
  });

  test('stays if coffer did not name it', async () => {
    const space = await createSealed();
    const [blob = ''] = await blobsOf(space, 'app.yml');
    await rename(space.path(blob), space.path('app.blobs/lock'));
    await space.write('app.yml', (await space.text('app.yml')).replace(blob, 'app.blobs/lock'));
    expect(await replaceIn(space, 'app.yml')).toEqual([]);
    expect(await space.files()).toContain('app.blobs/lock');
  });

  test("stays if its folder is a link to another manifest's folder", async () => {
    const space = await createSealed();
    await space.write('copy.yml', (await space.text('app.yml')).replace('app.blobs', 'copy.blobs'));
    await symlink('app.blobs', space.path('copy.blobs'));
    expect(await replaceIn(space, 'copy.yml')).toEqual([]);
    expect(await valueIn(space, 'app.yml')).toHaveLength(70_000);
  });

  test.each([
    ['committed', 'sub/other.yml'],
    ['new', 'elsewhere/new.yaml'],
    ['ignored', 'ignored/local.yml'],
  ])(
    'stays if a manifest in another folder of the repository names it, which is %s',
    async (what, name) => {
      const space = await createWorkspace({ '.gitignore': 'ignored/\n', 'team/k.bin': large() });
      const git = (...args: string[]) => run('git', args, { cwd: space.folder });
      await git('init', '-q');
      const typed = parseManifest(
        `path: /app/\nregion: us-east-1\nkmskey: alias/k\nbucket: some-bucket\n${PARAMETERS}`,
        space.path('team/app.yml'),
      );
      await space.write('team/app.yml', typed.text);
      await replaceManifest(
        typed,
        await encryptManifest(typed, fileKey(), { today: '2026-11-27' }),
      );
      const [blob = ''] = await blobsOf(space, 'team/app.yml');
      await space.write(
        name,
        (await space.text('team/app.yml')).replace('app.blobs', '../team/app.blobs'),
      );
      if (what === 'committed') await git('add', '.');
      expect(await replaceIn(space, 'team/app.yml')).toEqual([]);
      expect(await space.files()).toContain(`team/${blob}`);
    },
  );
});

test('puts blobs beside the real manifest, not beside a link to it', async () => {
  const space = await createSealed();
  await mkdir(space.path('links'));
  await symlink('../app.yml', space.path('links/link.yml'));
  const manifest = await readManifest(space.path('links/link.yml'));
  const value = large();
  await replaceManifest(manifest, await sealAnew(manifest, value));
  expect(await space.files()).toEqual([
    ...(await blobsOf(space, 'app.yml')),
    'app.yml',
    'k.bin',
    'links/link.yml',
  ]);
  expect((await valueIn(space, 'app.yml')).equals(value)).toBe(true);
  expect((await valueIn(space, 'links/link.yml')).equals(value)).toBe(true);
});

test('keeps edits that came too late with their blobs, each in its own file', async () => {
  const space = await createSealed();
  const original = await valueIn(space, 'app.yml');
  const [first, second] = [large(), large()];
  for (const [index, value] of [first, second].entries()) {
    const manifest = await readManifest(space.path('app.yml'));
    const next = await sealAnew(manifest, value);
    await appendFile(space.path('app.yml'), '# theirs\n');
    const failure = await failureOf(() => replaceOrKeep(manifest, next));
    const kept = index === 0 ? 'app.yml.edited' : 'app.yml.edited-2';
    expect(failure).toMatchObject({
      code: 'conflict',
      hint: expect.stringContaining(`${kept} to see`),
    });
  }
  expect((await valueIn(space, 'app.yml')).equals(original)).toBe(true);
  expect((await valueIn(space, 'app.yml.edited')).equals(first)).toBe(true);
  expect((await valueIn(space, 'app.yml.edited-2')).equals(second)).toBe(true);
});

test('a change that came too late leaves nothing behind', async () => {
  const space = await createSealed();
  const before = await space.files();
  const manifest = await readManifest(space.path('app.yml'));
  const next = await sealAnew(manifest);
  await appendFile(space.path('app.yml'), '# theirs\n');
  expect((await failureOf(() => replaceManifest(manifest, next))).code).toBe('conflict');
  expect(await space.files()).toEqual(before);
});
