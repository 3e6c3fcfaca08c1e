import { randomBytes } from 'node:crypto';
import { CopyObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createPutScene, type PutScene } from '../support/put.ts';
import { storedIn } from '../support/stored.ts';

const aws = await useAws();
const stored = storedIn(aws);
await aws.createKey(aws.fileKeyAlias);
const OTHER = `alias/${aws.unique('other')}`;
const otherArn = await aws.createKey(OTHER);

const idOf = (arn: string) => arn.replace(/^.*:key\//, '');
const aliasArn = (arn: string, alias: string) => arn.replace(/:key\/.*$/, `:${alias}`);

/** Secrets under these keys, one each. */
async function createSecrets(...keys: readonly string[]): Promise<PutScene> {
  const scene = await createPutScene(aws);
  for (const [index, KeyId] of keys.entries()) {
    await stored.put(`${scene.prefix}s${index}`, `secret ${index}`, {
      Type: 'SecureString',
      KeyId,
    });
  }
  return scene;
}

const importNew = (scene: PutScene, ...flags: string[]) =>
  scene.succeed(['import', scene.prefix, '-o', 'new.yml', ...flags]);

async function kmskeyOf(scene: PutScene): Promise<string | undefined> {
  return /^kmskey: (.*)$/m.exec(await scene.text('new.yml'))?.[1];
}

/** Keeps only the metadata that another writer of the same format would write. */
async function forgetKey(Key: string): Promise<void> {
  const { 'coffer-kmskey': _, ...Metadata } = (await stored.objectMetadata(Key)) ?? {};
  const CopySource = `${aws.bucket}/${Key}`;
  await aws.s3.send(
    new CopyObjectCommand({
      Bucket: aws.bucket,
      Key,
      CopySource,
      Metadata,
      MetadataDirective: 'REPLACE',
    }),
  );
}

describe("a new manifest's kmskey", () => {
  test.each([
    ['an alias', aws.kmskey],
    ['an id', idOf(aws.kmskeyArn)],
    ['an ARN', aws.kmskeyArn],
    ["an alias's ARN", aliasArn(aws.kmskeyArn, aws.kmskey)],
  ])('is the key in use, given as %s; diff finds no difference', async (_, key) => {
    const scene = await createSecrets(key, key);
    const { stderr } = await importNew(scene);
    expect(stderr).not.toContain('warning');
    expect(await kmskeyOf(scene)).toBe(key);
    await scene.succeed(['diff', 'new.yml', '--exit-code']);
  });

  test("is the account's default key if nobody chose one", async () => {
    const scene = await createPutScene(aws);
    await stored.put(`${scene.prefix}s`, 'secret', { Type: 'SecureString' });
    await importNew(scene);
    expect(await kmskeyOf(scene)).toBe('alias/aws/ssm');
    await scene.succeed(['diff', 'new.yml', '--exit-code']);
  });

  test('is the most frequent one; import names parameters under others, and sync moves them', async () => {
    const scene = await createSecrets(OTHER, aws.kmskey, aws.kmskey);
    const { stderr } = await importNew(scene);
    expect(await kmskeyOf(scene)).toBe(aws.kmskey);
    expect(stderr).toContain(
      `warning: encrypted with another key than ${aws.kmskey}: ${scene.prefix}s0\n`,
    );
    expect((await scene.coffer(['diff', 'new.yml', '--exit-code'])).code).toBe(3);
    await scene.succeed(['sync', 'new.yml', '--yes']);
    expect((await stored.metadata(scene.prefix)).get('s0')?.KeyId).toBe(aws.kmskey);
  });

  test('counts a key once, with or without its ARN', async () => {
    const scene = await createSecrets(
      OTHER,
      aws.kmskey,
      aliasArn(otherArn, OTHER),
      aliasArn(aws.kmskeyArn, aws.kmskey),
      aws.kmskey,
    );
    const { stderr } = await importNew(scene);
    expect(await kmskeyOf(scene)).toBe(aws.kmskey);
    const names = ['s0', 's2'].map((name) => scene.prefix + name).join(', ');
    expect(stderr).toContain(`warning: encrypted with another key than ${aws.kmskey}: ${names}\n`);
  });

  test('can be given; import names the secrets under other keys', async () => {
    const scene = await createSecrets(aws.kmskey, aws.kmskey, OTHER);
    const { stderr } = await importNew(scene, '--kmskey', OTHER);
    expect(await kmskeyOf(scene)).toBe(OTHER);
    const names = ['s0', 's1'].map((name) => scene.prefix + name).join(', ');
    expect(stderr).toContain(`warning: encrypted with another key than ${OTHER}: ${names}\n`);
  });

  test('causes no warning if it is given as an ARN', async () => {
    const scene = await createSecrets(OTHER);
    const { stderr } = await importNew(scene, '--kmskey', aliasArn(otherArn, OTHER));
    expect(stderr).not.toContain('warning');
    await scene.succeed(['diff', 'new.yml', '--exit-code']);
  });

  test("is the objects' key if there are no other secrets", async () => {
    const scene = await createPutScene(aws);
    await scene.put('blob', randomBytes(5000));
    await importNew(scene);
    expect(await kmskeyOf(scene)).toBe(aws.kmskey);
    const diff = await scene.succeed(['diff', 'new.yml', '--exit-code']);
    expect(diff.stdout.toString()).toContain('no difference');
  });

  test('must be given if objects do not name theirs', async () => {
    const scene = await createPutScene(aws);
    const { key } = await scene.put('blob', randomBytes(5000));
    await forgetKey(key);
    const args = ['import', scene.prefix, '-o', 'new.yml'];
    const { code, stderr } = await scene.coffer(args);
    expect(code).toBe(2);
    expect(stderr).toContain('--kmskey');
    expect(await scene.files()).toEqual(['app.yml']);
    await scene.succeed([...args, '--kmskey', aws.kmskey]);
    expect(await kmskeyOf(scene)).toBe(aws.kmskey);
  });
});
