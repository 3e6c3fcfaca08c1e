import { randomBytes } from 'node:crypto';
import { open, readdir, truncate, type FileHandle } from 'node:fs/promises';
import { expect, test, vi } from 'vitest';
import { useAws } from '../support/aws.ts';
import { controlOf } from '../support/control.ts';
import { createScene } from '../support/scene.ts';
import { storedIn } from '../support/stored.ts';

const aws = await useAws();
const { callsOf } = controlOf(aws);
const stored = storedIn(aws);

/** What a read of a file returns. */
type Reading = Promise<{ bytesRead: number }>;

/** Large enough to be sent in parts. */
const SIZE = 17 * 1024 * 1024;

/** A manifest with a large blob, and the name of the blob's file. */
async function createLarge() {
  const parameters = '  - {name: blob, type: SecureString, file: blob}\n';
  const app = await createScene(aws, parameters, { files: { blob: randomBytes(SIZE) } });
  await app.succeed(['encrypt', 'app.yml']);
  const [name = ''] = await readdir(`${app.folder}/app.blobs`);
  return { app, file: `${app.folder}/app.blobs/${name}` };
}

/** How many times the bytes of a large file are read while something runs. */
async function readingsOf(file: string, work: () => Promise<unknown>): Promise<number> {
  const handle = await open(file);
  const files = Object.getPrototypeOf(handle) as Pick<FileHandle, 'read'>;
  await handle.close();
  const spy = vi.spyOn(files, 'read');
  try {
    await work();
    const read = await Promise.all(spy.mock.results.map(({ value }) => value));
    return read.reduce((sum, { bytesRead }) => sum + bytesRead, 0) / SIZE;
  } finally {
    spy.mockRestore();
  }
}

const ONCE = 1.01;
const NEVER = 0.01;

test('sync reads a new blob once to check it and once to send it, and never again', async () => {
  const { app, file } = await createLarge();
  const sync = () => app.succeed(['sync', 'app.yml', '--yes']);
  let sent = {};
  const readings = await readingsOf(file, async () => (sent = await callsOf(sync)));
  expect(readings).toBeLessThan(2 * ONCE);
  expect(sent).toMatchObject({ 's3:UploadPart': 3, 's3:CompleteMultipartUpload': 1 });

  const again = await readingsOf(file, async () => (sent = await callsOf(sync)));
  expect(again).toBeLessThan(NEVER);
  expect(Object.keys(sent).filter((call) => call.startsWith('s3:'))).toEqual(['s3:HeadObject']);
});

test('save reads a blob that S3 has once, to check it, and sends nothing', async () => {
  const { app, file } = await createLarge();
  await app.succeed(['save', 'app.yml']);
  let sent = {};
  const readings = await readingsOf(file, async () => {
    sent = await callsOf(() => app.succeed(['save', 'app.yml']));
  });
  expect(readings).toBeLessThan(ONCE);
  expect(sent).not.toHaveProperty(['s3:UploadPart']);
});

test('a blob that changes between its check and its upload is not published', async () => {
  const { app, file } = await createLarge();
  const bytes = await open(file, 'r+');
  const files = Object.getPrototypeOf(bytes) as { read: (...args: unknown[]) => Reading };
  const real = files.read;
  let readings = 0;
  const spy = vi.spyOn(files, 'read').mockImplementation(async function (
    this: typeof files,
    ...args
  ) {
    const answer = await Reflect.apply(real, this, args);
    const before = readings;
    readings += answer.bytesRead;
    if (before < SIZE && readings >= SIZE)
      await bytes.write(Buffer.from('other bytes'), 0, 11, SIZE / 2);
    return answer;
  });
  try {
    const { code, stderr } = await app.coffer(['sync', 'app.yml', '--yes']);
    expect(code).toBe(1);
    expect(stderr).toContain('blob: the sealed bytes do not match the manifest');
  } finally {
    spy.mockRestore();
    await bytes.close();
  }
  expect(await stored.values(app.prefix)).toEqual({});
  expect(await stored.objects(app.prefix)).toEqual([]);
});

test('sync names a blob that is too short', async () => {
  const { app, file } = await createLarge();
  await truncate(file, SIZE);
  const { code, stderr } = await app.coffer(['sync', 'app.yml', '--yes']);
  expect(code).toBe(1);
  expect(stderr).toContain('blob: the sealed bytes do not match the manifest');
});
