import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createScene } from '../support/scene.ts';
import { storedIn } from '../support/stored.ts';

const aws = await useAws();
const stored = storedIn(aws);

const CONTENT = randomBytes(6000);

async function createSynced() {
  const app = await createScene(
    aws,
    '  - {name: keystore, type: SecureString, file: keystore.jks, extension: .jks}\n  - {name: x, type: String, value: x}\n',
    { files: { 'keystore.jks': CONTENT } },
  );
  await app.succeed(['encrypt', 'app.yml']);
  await app.succeed(['sync', 'app.yml', '--yes']);
  const name = `${app.prefix}keystore`;
  return { ...app, name, get: async () => (await app.succeed(['get', name])).stdout };
}

test('writes a blob as an object and a pointer', async () => {
  const app = await createSynced();
  const [key = '', ...others] = await stored.objects(app.prefix);
  expect(others).toEqual([]);
  expect(key).toMatch(new RegExp(`^${app.name.slice(1)}/v3-[0-9a-f]{64}\\.jks$`));
  expect((await stored.parameters(app.prefix)).get('keystore')).toMatchObject({
    Type: 'String',
    Value: `s3://${aws.bucket}/${key}`,
  });
  expect((await app.get()).equals(CONTENT)).toBe(true);
  expect((await app.coffer(['diff', 'app.yml', '--exit-code'])).code).toBe(0);
});

test('restores a missing object, and keeps the pointer', async () => {
  const app = await createSynced();
  const [key = ''] = await stored.objects(app.prefix);
  await stored.removeObject(key);
  const diff = await app.coffer(['diff', 'app.yml', '--exit-code']);
  expect(diff.code).toBe(3);
  expect(diff.stdout.toString()).toContain('object: "missing" → "present"');
  await app.succeed(['sync', 'app.yml', '--yes']);
  expect(await stored.objects(app.prefix)).toEqual([key]);
  expect((await stored.metadata(app.prefix)).get('keystore')?.Version).toBe(1);
  expect((await app.get()).equals(CONTENT)).toBe(true);
});

test('writes a new object for a changed file, and moves the pointer to it', async () => {
  const app = await createSynced();
  const [old = ''] = await stored.objects(app.prefix);
  const changed = randomBytes(6000);
  await app.write('keystore.jks', changed);
  await app.succeed(['encrypt', 'app.yml']);
  await app.succeed(['sync', 'app.yml', '--yes']);
  const keys = await stored.objects(app.prefix);
  expect(keys).toHaveLength(2);
  expect(keys).toContain(old);
  const pointer = (await stored.values(app.prefix))['keystore'];
  expect(pointer).not.toBe(`s3://${aws.bucket}/${old}`);
  expect((await app.get()).equals(changed)).toBe(true);
  expect((await app.coffer(['diff', 'app.yml', '--exit-code'])).code).toBe(0);
});

test('writes the object again under another kmskey', async () => {
  const app = await createSynced();
  const [key = ''] = await stored.objects(app.prefix);
  const before = await stored.objectMetadata(key);
  const other = `alias/${aws.unique('other')}`;
  await aws.createKey(other);
  await app.succeed(['move', 'app.yml', '--kmskey', other]);
  const diff = await app.succeed(['diff', 'app.yml']);
  expect(diff.stdout.toString()).toContain(`"under another KMS key: ${aws.kmskeyArn}"`);
  await app.succeed(['sync', 'app.yml', '--yes']);
  expect(await stored.objects(app.prefix)).toEqual([key]);
  const after = await stored.objectMetadata(key);
  expect(after?.['x-amz-3']).not.toBe(before?.['x-amz-3']);
  expect(after?.['x-amz-d']).toBe(before?.['x-amz-d']);
  expect((await app.get()).equals(CONTENT)).toBe(true);
  expect((await app.coffer(['diff', 'app.yml', '--exit-code'])).code).toBe(0);

  await app.succeed(['move', 'app.yml', '--kmskey', aws.kmskey]);
  await app.succeed(['save', 'app.yml']);
  expect((await stored.objectMetadata(key))?.['coffer-kmskey']).toBe(aws.kmskey);
  expect((await app.coffer(['diff', 'app.yml', '--exit-code'])).code).toBe(0);
});

describe('a pointer that replaces a value', () => {
  test('shows nothing of that value, for any type', async () => {
    const app = await createScene(
      aws,
      '  - {name: grown, type: SecureString, file: grown.txt, store: s3}\n',
      { files: { 'grown.txt': 'now in S3' } },
    );
    await app.succeed(['encrypt', 'app.yml']);
    await stored.put(`${app.prefix}grown`, 'stored in the open by mistake');
    for (const format of ['text', 'json', 'markdown']) {
      const { stdout } = await app.succeed(['diff', 'app.yml', '--format', format]);
      expect(stdout.toString()).not.toContain('by mistake');
    }
    await app.succeed(['sync', 'app.yml', '--yes']);
    const { stdout } = await app.succeed(['get', `${app.prefix}grown`]);
    expect(stdout.toString()).toBe('now in S3');
  });
});
