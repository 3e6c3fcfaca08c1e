import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { startCoffer, type Child } from '../support/child.ts';
import { run } from '../support/cli.ts';
import { controlOf } from '../support/control.ts';
import { leftoversIn } from '../support/leftovers.ts';
import { createPutScene, MIB, type PutScene } from '../support/put.ts';
import { storedIn } from '../support/stored.ts';
import { byLength } from '../support/length.ts';

const aws = await useAws();
/** As shells have it. */
const CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };
const control = controlOf(aws);
const stored = storedIn(aws);
const leftovers = leftoversIn(aws);

function startPut(app: PutScene, flags: readonly string[] = []): Child {
  return startCoffer(['put', ...app.target('data'), ...flags], { cwd: app.folder, env: aws.env });
}

/** In the short form, each moment with one signal, and SIGINT at all of them. */
const isTried = (signal: string, own: string) =>
  byLength(signal === 'SIGINT' || signal === own, true);

describe('a pipe with a name', () => {
  test.each([
    ['before anybody writes to it', ''],
    ['while its writer is slow', 'x'.repeat(1000)],
  ])('%s: SIGTERM ends put, and publishes nothing', async (_, written) => {
    const app = await createPutScene(aws);
    const pipe = app.path('pipe');
    await run('mkfifo', [pipe], { cwd: app.folder });
    await control.forgetCalls();
    const child = startPut(app, ['--file', pipe]);
    await control.untilCalled('kms:GenerateDataKey');
    // Waits for coffer to open it, and keeps it open.
    const writer = written ? await open(pipe, 'w') : undefined;
    await writer?.write(written);
    await sleep(200);
    child.kill('SIGTERM');
    const { code, stderr } = await child.finished;
    await writer?.close();
    expect(code, stderr).toBe(CODES.SIGTERM);
    expect(await stored.values(app.prefix)).toEqual({});
  });

  test('larger than the limit ends put at once, even if its writer does not end', async () => {
    const app = await createPutScene(aws);
    const pipe = app.path('pipe');
    await run('mkfifo', [pipe], { cwd: app.folder });
    const child = startPut(app, ['--file', pipe, '--max-size', '10']);
    const writer = await open(pipe, 'w');
    await writer.write('x'.repeat(1000));
    const { code, stderr } = await child.finished;
    await writer.close();
    expect(code, stderr).toBe(1);
    expect(stderr).toContain('more than the limit');
  });
});

describe.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s', (signal) => {
  test.runIf(isTried(signal, 'SIGTERM'))(
    'while waiting for data ends put, and publishes nothing',
    async () => {
      const app = await createPutScene(aws);
      await control.forgetCalls();
      const child = startPut(app);
      child.feed(randomBytes(3 * MIB));
      await control.untilCalled('kms:GenerateDataKey');
      await sleep(200);
      child.kill(signal);
      const { code, stdout, stderr } = await child.finished;
      expect(code, stderr).toBe(CODES[signal]);
      expect(stdout).toBe('');
      expect(stderr).toMatch(/error: interrupted/);
      expect(stderr).not.toMatch(/^ {4}at /m);
      expect(await leftovers(app.prefix)).toEqual({ objects: [], uploads: [] });
      expect(await stored.values(app.prefix)).toEqual({});
    },
  );

  test.runIf(isTried(signal, 'SIGINT'))(
    'that also ends the writer of the pipe publishes no pointer to partial data',
    async () => {
      const app = await createPutScene(aws);
      await control.forgetCalls();
      const child = startPut(app);
      child.feed(randomBytes(1000));
      await control.untilCalled('kms:GenerateDataKey');
      await sleep(200);
      // Ctrl-C reaches every program of a pipeline at once.
      child.kill(signal);
      child.end();
      expect((await child.finished).code).toBe(CODES[signal]);
      expect(await stored.values(app.prefix)).toEqual({});
    },
  );

  test.runIf(isTried(signal, 'SIGHUP'))('while uploading parts cancels the upload', async () => {
    const app = await createPutScene(aws);
    const { url } = await app.put('data', 'before');
    await control.disturb({ latencyMs: 100 });
    await control.forgetCalls();
    const child = startPut(app);
    child.feed(randomBytes(30 * MIB));
    child.end();
    await control.untilCalled('s3:UploadPart');
    child.kill(signal);
    const { code, stdout, stderr } = await child.finished;
    expect(code, stderr).toBe(CODES[signal]);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/error: .*interrupted/);
    expect((await leftovers(app.prefix)).uploads).toEqual([]);
    expect((await leftovers(app.prefix)).objects).toHaveLength(1);
    expect(await stored.values(app.prefix)).toEqual({ data: url });
  });
});

test('after a kill at any moment the pointer is readable, and gc finds the rest', async () => {
  const app = await createPutScene(aws);
  const contents = new Map<string, Buffer>();
  const publish = async (content: Buffer) =>
    contents.set((await app.put('data', content)).url, content);
  await publish(randomBytes(100));
  await publish(randomBytes(200));

  const moments = [
    'kms:GenerateDataKey',
    's3:CreateMultipartUpload',
    's3:UploadPart',
    's3:CompleteMultipartUpload',
    'ssm:PutParameter',
  ];
  let unpublished = 0;
  for (const moment of [...moments, ...byLength([], moments)]) {
    const data = randomBytes(17 * MIB);
    await control.disturb({ latencyMs: 15 });
    await control.forgetCalls();
    const child = startPut(app);
    child.feed(data);
    child.end();
    await control.untilCalled(moment);
    await sleep(Math.random() * 40);
    child.kill('SIGKILL');
    await child.finished;
    await control.disturb({});

    const { data: url = '' } = await stored.values(app.prefix);
    const read = await app.succeed(['get', `${app.prefix}data`]);
    // The complete new one, or the old one.
    if (!contents.has(url)) contents.set(url, data);
    else unpublished++;
    expect(read.stdout.equals(contents.get(url) ?? Buffer.alloc(0)), `killed at ${moment}`).toBe(
      true,
    );
  }
  expect(unpublished).toBeGreaterThan(0);
  const before = await leftovers(app.prefix);
  expect(before.objects.length + before.uploads.length, 'something is left').toBeGreaterThan(
    contents.size,
  );

  await app.succeed(['gc', 'app.yml', '--older-than', '0s', '--yes']);
  const keys = [...contents.keys()].map((url) => url.slice(`s3://${aws.bucket}/`.length));
  const after = await leftovers(app.prefix);
  expect(after.uploads).toEqual([]);
  expect(after.objects.toSorted()).toEqual(keys.toSorted());
  let version = 0;
  for (const content of contents.values()) {
    const { stdout } = await app.succeed(['get', `${app.prefix}data@${(version += 1)}`]);
    expect(stdout.equals(content), `version ${version}`).toBe(true);
  }
}, 180_000);
