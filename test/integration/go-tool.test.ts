import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { REGION, useAws } from '../support/aws.ts';
import { expectHidden } from '../support/canary.ts';
import { putAsGoTool } from '../support/go-tool.ts';
import { createPutScene, KIB, sha256 } from '../support/put.ts';
import { storedIn } from '../support/stored.ts';
import { openV3, readRaw } from '../support/v3-reader.ts';

const aws = await useAws();
const stored = storedIn(aws);
await aws.createKey(aws.fileKeyAlias);

/** A scene, and under its path two objects as the Go tool wrote them. */
async function createGoScene() {
  const scene = await createPutScene(aws);
  const data = { small: randomBytes(5000), 'tls/large': randomBytes(100 * KIB) };
  const small = await putAsGoTool(aws, `${scene.prefix}small`, data.small);
  const large = await putAsGoTool(aws, `${scene.prefix}tls/large`, data['tls/large'], '.tar');
  const oldKeys = [small, large].map(({ url }) => url.slice(`s3://${aws.bucket}/`.length));
  return { ...scene, data, urls: { small: small.url, 'tls/large': large.url }, oldKeys };
}

const NAMES = ['small', 'tls/large'] as const;

test('get reads its objects, which are named by their plaintext', async () => {
  const scene = await createGoScene();
  for (const name of NAMES) {
    expect(scene.urls[name]).toContain(sha256(scene.data[name]));
    const { stdout } = await scene.succeed(['-O', 'get', '-p', scene.prefix + name, '-r', REGION]);
    expect(stdout.equals(scene.data[name])).toBe(true);
  }
});

describe('import', () => {
  test('takes them as blobs, under their old key, and keeps the extension', async () => {
    const scene = await createGoScene();
    const { stdout, stderr } = await scene.succeed(['import', scene.prefix, '-o', 'new.yml']);
    expect(stderr).toContain('2 parameters imported');
    const text = await scene.text('new.yml');
    expect(text).toContain(`kmskey: ${aws.kmskey}\n`);
    expect(text).toContain(`bucket: ${aws.bucket}\n`);
    expect(text).toContain('extension: .tar\n');
    expect(text).toContain('description: Pointer to s3 object\n');
    const files = await scene.files();
    expect(files).toHaveLength(3);
    for (const name of NAMES) {
      for (const file of files) {
        expectHidden(scene.data[name].subarray(0, 64), { stdout, [file]: await scene.read(file) });
      }
      const opened = await scene.succeed(['decrypt', 'new.yml', '--value', name]);
      expect(opened.stdout.equals(scene.data[name])).toBe(true);
    }
  });

  test('and sync write V3 objects, move the pointers, and keep the old objects', async () => {
    const scene = await createGoScene();
    await scene.succeed(['import', scene.prefix, '-o', 'new.yml']);
    expect((await scene.coffer(['diff', 'new.yml', '--exit-code'])).code).toBe(3);
    await scene.succeed(['sync', 'new.yml', '--yes']);

    const keys = await stored.objects(scene.prefix);
    expect(keys).toHaveLength(4);
    expect(keys).toEqual(expect.arrayContaining(scene.oldKeys));
    const pointers = await stored.values(scene.prefix);
    for (const name of NAMES) {
      const url = pointers[name] ?? '';
      expect(url).not.toBe(scene.urls[name]);
      const raw = await readRaw(aws, url.slice(`s3://${aws.bucket}/`.length));
      expect(raw.metadata['x-amz-c']).toBe('115');
      expect(url).toContain(sha256(raw.body));
      expect((await openV3(aws, raw)).equals(scene.data[name])).toBe(true);
      for (const selector of [name, `${name}@1`]) {
        const { stdout } = await scene.succeed(['get', scene.prefix + selector]);
        expect(stdout.equals(scene.data[name]), selector).toBe(true);
      }
    }
    await scene.succeed(['diff', 'new.yml', '--exit-code']);
  });
});

test('gc keeps an object that history points to, and deletes what nothing points to', async () => {
  const scene = await createGoScene();
  await scene.succeed(['import', scene.prefix, '-o', 'new.yml']);
  await scene.succeed(['sync', 'new.yml', '--yes']);
  const before = await stored.objects(scene.prefix);
  await scene.put('orphan', 'nobody needs it');
  await stored.remove(`${scene.prefix}orphan`);
  expect(await stored.objects(scene.prefix)).toHaveLength(before.length + 1);
  await scene.succeed(['gc', 'new.yml', '--older-than', '0s', '--yes']);
  expect(await stored.objects(scene.prefix)).toEqual(before);
  const { stdout } = await scene.succeed(['get', `${scene.prefix}small@1`]);
  expect(stdout.equals(scene.data.small)).toBe(true);
});
