import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { leftoversIn } from '../support/leftovers.ts';
import { createPutScene, MIB, type PutScene } from '../support/put.ts';

const aws = await useAws();
const leftovers = leftoversIn(aws);

function mount(folder: string, options: string): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]).status === 0;
}

/** Only root can mount, and only on machines that allow it. */
function mayMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'coffer-mount-'));
  const isMounted = mount(folder, 'size=64k');
  if (isMounted) spawnSync('umount', [folder]);
  rmSync(folder, { recursive: true });
  return isMounted;
}

/** A folder of the scene with little space. */
async function createTinyDisk(app: PutScene): Promise<string> {
  const folder = app.path('tiny');
  await mkdir(folder);
  // Not a multiple of one write: the last write has space for a part only.
  mount(folder, 'size=4700k');
  onTestFinished(() => void spawnSync('umount', [folder]));
  return folder;
}

describe.skipIf(!mayMount())('on a full disk (needs the right to mount a tmpfs)', () => {
  test('put says what to do', async () => {
    const app = await createPutScene(aws);
    const TMPDIR = await createTinyDisk(app);
    const { code, stdout, stderr } = await app.coffer(['put', ...app.target('data')], {
      stdin: randomBytes(20 * MIB),
      env: { TMPDIR },
    });
    expect(code).not.toBe(0);
    expect(stdout).toHaveLength(0);
    expect(stderr).toContain(`error: cannot write the spool file in ${TMPDIR}`);
    expect(stderr).toContain('set TMPDIR to a folder with enough space');
    expect(stderr.match(/error:/g)).toHaveLength(1);
    expect(await leftovers(app.prefix)).toEqual({ objects: [], uploads: [] });
  });

  test('get says what to do', async () => {
    const app = await createPutScene(aws);
    const { url } = await app.put('data', randomBytes(65 * MIB));
    const TMPDIR = await createTinyDisk(app);
    const { code, stdout, stderr } = await app.coffer(['get', url], { env: { TMPDIR } });
    expect(code).not.toBe(0);
    expect(stdout).toHaveLength(0);
    expect(stderr).toMatch(/ has \S+ MiB of free space, and 65.0 MiB are needed\n/);
    expect(stderr).toContain('set TMPDIR to a folder with enough space');
    expect(stderr.match(/error:/g)).toHaveLength(1);
  });

  test('get -o leaves nothing, and names the file', async () => {
    const app = await createPutScene(aws);
    const { url } = await app.put('data', randomBytes(20 * MIB));
    await createTinyDisk(app);
    const before = await app.files();
    const { code, stderr } = await app.coffer(['get', url, '-o', 'tiny/out']);
    expect(code).not.toBe(0);
    expect(stderr).toContain('cannot write tiny/out: the disk is full');
    expect(await app.files()).toEqual(before);
  });
});

test('names a missing TMPDIR', async () => {
  const app = await createPutScene(aws);
  const { code, stderr } = await app.coffer(['put', ...app.target('data')], {
    stdin: randomBytes(17 * MIB),
    env: { TMPDIR: app.path('none') },
  });
  expect(code).not.toBe(0);
  expect(stderr).toContain(`error: cannot write the spool file in ${app.path('none')}`);
});
