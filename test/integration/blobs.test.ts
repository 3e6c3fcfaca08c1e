import { createHash, randomBytes } from 'node:crypto';
import { HeadObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { GetParametersByPathCommand } from '@aws-sdk/client-ssm';
import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { byLength } from '../support/length.ts';
import { createScene, type Scene } from '../support/scene.ts';

const aws = await useAws();
const KIB = 1024;
const MIB = KIB * KIB;
const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

function createWithBlob(content: Buffer): Promise<Scene> {
  return createScene(aws, '  - name: b\n    type: SecureString\n    file: source\n', {
    files: { source: content },
  });
}

async function keysUnder(prefix: string): Promise<string[]> {
  const { Contents = [] } = await aws.s3.send(
    new ListObjectsV2Command({ Bucket: aws.bucket, Prefix: prefix.slice(1) }),
  );
  return Contents.map(({ Key = '' }) => Key);
}

describe('the sealed bytes', () => {
  test('are in the manifest up to 8 KiB, including the tag', async () => {
    const app = await createWithBlob(randomBytes(8 * KIB - 16));
    await app.succeed(['encrypt', 'app.yml']);
    expect(await app.files()).toEqual(['app.yml', 'source']);
    expect(await app.text('app.yml')).toContain('data: |');
  });

  test('go to a file beside it above that', async () => {
    const app = await createWithBlob(randomBytes(8 * KIB - 15));
    await app.succeed(['encrypt', 'app.yml']);
    const [file = '', ...rest] = await app.files();
    expect(rest).toEqual(['app.yml', 'source']);
    expect(file).toMatch(/^app\.blobs\/b-[0-9a-f]{6}\.enc$/);
    const text = await app.text('app.yml');
    expect(text).toContain(`path: ${file}`);
    expect(text).not.toContain('data:');
    expect(text).toContain(`sha256: ${digest(await app.read(file))}`);
  });
});

const SIZES: [string, number][] = [
  ['64 KiB and a byte', 64 * KIB + 1],
  ['5 MiB', 5 * MIB],
  ['20 MiB', 20 * MIB],
];

test.each(SIZES.slice(0, byLength(2, 3)))(
  '%s come back unchanged through save and get',
  async (_, size) => {
    const content = randomBytes(size);
    const app = await createWithBlob(content);
    await app.succeed(['encrypt', 'app.yml']);
    await app.succeed(['save', 'app.yml']);
    const { stdout } = await app.succeed(['get', `${app.prefix}b`]);
    expect(digest(stdout)).toBe(digest(content));
    await app.succeed(['get', `${app.prefix}b`, '-o', 'out']);
    expect(digest(await app.read('out'))).toBe(digest(content));
  },
);

test('a second save does not write the object again', async () => {
  const app = await createWithBlob(randomBytes(10_000));
  await app.succeed(['encrypt', 'app.yml']);
  await app.succeed(['save', 'app.yml']);
  const [Key = '', ...more] = await keysUnder(app.prefix);
  expect(more).toEqual([]);
  const head = () => aws.s3.send(new HeadObjectCommand({ Bucket: aws.bucket, Key }));
  const before = await head();
  await app.succeed(['save', 'app.yml']);
  const after = await head();
  // Each write wraps the data key again, so a second write would change the object.
  expect(after.Metadata).toEqual(before.Metadata);
  expect(before.Metadata?.['x-amz-3']).toMatch(/^[A-Za-z0-9+/]+/);
  expect(await keysUnder(app.prefix)).toEqual([Key]);
});

describe('does not publish a damaged blob:', () => {
  test.each<[string, (bytes: Buffer) => Buffer]>([
    [
      'a bit flipped',
      (bytes) => Buffer.concat([bytes.subarray(0, -1), Buffer.from([1 ^ (bytes.at(-1) ?? 0)])]),
    ],
    ['cut short', (bytes) => bytes.subarray(0, -5)],
    ['a git-lfs pointer', () => Buffer.from('version https://git-lfs.github.com/spec/v1\n')],
  ])('%s', async (_, damage) => {
    const app = await createWithBlob(randomBytes(100_000));
    await app.succeed(['encrypt', 'app.yml']);
    const file = (await app.files()).find((name) => name.endsWith('.enc')) ?? '';
    const [whole, manifest] = [await app.read(file), await app.text('app.yml')];
    await app.write(file, damage(whole));
    const { code, stderr } = await app.coffer(['save', 'app.yml']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/b: (the sealed bytes do not match|its blob is a stub of Git LFS)/);
    expect(await keysUnder(app.prefix)).toEqual([]);
    const { Parameters } = await aws.ssm.send(
      new GetParametersByPathCommand({ Path: app.prefix, Recursive: true }),
    );
    expect(Parameters).toEqual([]);
    expect(await app.text('app.yml')).toBe(manifest);
  });
});

test('writes nothing of a manifest with a damaged blob', async () => {
  const app = await createScene(
    aws,
    '  - {name: a, type: String, value: fine}\n  - {name: b, type: SecureString, file: source}\n',
    { files: { source: randomBytes(100_000) } },
  );
  await app.succeed(['encrypt', 'app.yml']);
  const file = (await app.files()).find((name) => name.endsWith('.enc')) ?? '';
  await app.write(file, 'damaged');
  const { code } = await app.coffer(['save', 'app.yml']);
  expect(code).toBe(1);
  const { Parameters } = await aws.ssm.send(
    new GetParametersByPathCommand({ Path: app.prefix, Recursive: true }),
  );
  expect(Parameters).toEqual([]);
});
