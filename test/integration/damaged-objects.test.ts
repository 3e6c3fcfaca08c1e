import { randomBytes } from 'node:crypto';
import { UpdateAliasCommand } from '@aws-sdk/client-kms';
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { flipBit } from '../support/flip.ts';
import { createScene, type Scene } from '../support/scene.ts';
import { useCoffer } from '../support/library.ts';
import { storedIn } from '../support/stored.ts';

const aws = await useAws();
const stored = storedIn(aws);
const coffer = await useCoffer(aws);

interface Whole {
  body: Buffer;
  metadata: Record<string, string>;
}

const flipIn =
  (name: string) =>
  ({ body, metadata }: Whole): Whole => {
    const bytes = flipBit(Buffer.from(metadata[name] ?? '', 'base64'), -3);
    return { body, metadata: { ...metadata, [name]: bytes.toString('base64') } };
  };

const change =
  (name: string, value: string) =>
  ({ body, metadata }: Whole): Whole => ({ body, metadata: { ...metadata, [name]: value } });

/** For each parameter: how its object is damaged, and what diff says. */
const DAMAGES: Record<string, [(whole: Whole) => Whole | undefined, string]> = {
  gone: [() => undefined, 'missing'],
  flipped: [
    ({ body, metadata }) => ({ body: flipBit(body, 500), metadata }),
    'damaged: its checksum differs',
  ],
  short: [
    ({ body, metadata }) => ({ body: body.subarray(1), metadata }),
    'damaged: 6015 bytes instead of 6016',
  ],
  commitment: [flipIn('x-amz-d'), 'damaged: its metadata x-amz-d differs'],
  message: [flipIn('x-amz-i'), 'damaged: its metadata x-amz-i differs'],
  context: [change('x-amz-t', '{}'), 'damaged: its metadata x-amz-t differs'],
  suite: [change('x-amz-c', '114'), 'damaged: its metadata x-amz-c differs'],
  mixed: [change('x-amz-iv', 'AAAA'), 'damaged: its metadata x-amz-iv differs'],
  wrapped: [flipIn('x-amz-3'), 'damaged: its wrapped key differs'],
  owner: [change('coffer-parameter', '/x'), 'damaged: its metadata names another parameter'],
  key: [change('coffer-kmskey-arn', 'arn:other'), 'under another KMS key: arn:other, which'],
};
const NAMES = Object.keys(DAMAGES);

async function createDamaged(): Promise<{ app: Scene; files: Record<string, Buffer> }> {
  const files = Object.fromEntries(NAMES.map((name) => [name, randomBytes(6000)]));
  const parameters = NAMES.map(
    (name) => `  - {name: ${name}, type: SecureString, file: ${name}}\n`,
  ).join('');
  const app = await createScene(aws, parameters, { files });
  await app.succeed(['encrypt', 'app.yml']);
  await app.succeed(['sync', 'app.yml', '--yes']);
  await damage(app);
  return { app, files };
}

async function damage(app: Scene): Promise<void> {
  for (const Key of await stored.objects(app.prefix)) {
    const at = { Bucket: aws.bucket, Key };
    const { Body, Metadata } = await aws.s3.send(new GetObjectCommand(at));
    const body = Buffer.from((await Body?.transformToByteArray()) ?? []);
    const [alter] = DAMAGES[Key.split('/').at(-2) ?? ''] ?? [];
    const altered = alter?.({ body, metadata: { ...Metadata } });
    await aws.s3.send(
      altered
        ? new PutObjectCommand({
            ...at,
            Body: altered.body,
            Metadata: altered.metadata,
            ChecksumAlgorithm: 'SHA256',
          })
        : new DeleteObjectCommand(at),
    );
  }
}

async function expectMended(app: Scene, files: Record<string, Buffer>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const found = await coffer.get(`${app.prefix}${name}`);
    expect(found.equals(content), name).toBe(true);
  }
  await app.succeed(['diff', 'app.yml', '--exit-code']);
}

test(
  'diff names every damage in plain words, and sync repairs it',
  { timeout: 60_000 },
  async () => {
    const { app, files } = await createDamaged();
    const shown: string[] = [];
    for (const format of ['text', 'json', 'markdown']) {
      const args = ['diff', 'app.yml', '--exit-code', '--format', format];
      const { code, stdout } = await app.coffer(args);
      expect(code).toBe(3);
      shown.push(stdout.toString());
    }
    for (const [name, [, reason]] of Object.entries(DAMAGES)) {
      for (const text of shown) expect(text, name).toContain(reason);
    }
    const versions = await stored.metadata(app.prefix);
    await app.succeed(['sync', 'app.yml', '--yes']);
    expect(await stored.metadata(app.prefix), 'no parameter is written').toEqual(versions);
    await expectMended(app, files);
  },
);

test('save repairs every damage', { timeout: 60_000 }, async () => {
  const { app, files } = await createDamaged();
  await app.succeed(['save', 'app.yml']);
  await expectMended(app, files);
});

test('finds a flipped bit in a large object without reading it, and repairs it', async () => {
  const content = randomBytes(17 * 1024 * 1024);
  const app = await createScene(aws, '  - {name: large, type: SecureString, file: large}\n', {
    files: { large: content },
  });
  await app.succeed(['encrypt', 'app.yml']);
  await app.succeed(['sync', 'app.yml', '--yes']);
  await app.succeed(['diff', 'app.yml', '--exit-code']);
  const [Key = ''] = await stored.objects(app.prefix);
  const at = { Bucket: aws.bucket, Key };
  const { Body, Metadata } = await aws.s3.send(new GetObjectCommand(at));
  const body = flipBit(Buffer.from((await Body?.transformToByteArray()) ?? []), 9_000_000);
  await aws.s3.send(
    new PutObjectCommand({ ...at, Body: body, Metadata, ChecksumAlgorithm: 'SHA256' }),
  );
  expect((await app.coffer(['diff', 'app.yml', '--exit-code'])).code).toBe(3);
  await app.succeed(['sync', 'app.yml', '--yes']);
  await expectMended(app, { large: content });
});

test('writes an object again that another program wrote without a checksum', async () => {
  const app = await createScene(aws, '  - {name: a, type: SecureString, file: a}\n', {
    files: { a: randomBytes(6000) },
  });
  await app.succeed(['encrypt', 'app.yml']);
  await app.succeed(['sync', 'app.yml', '--yes']);
  const [Key = ''] = await stored.objects(app.prefix);
  const at = { Bucket: aws.bucket, Key };
  const { Body, Metadata } = await aws.s3.send(new GetObjectCommand(at));
  const bytes = await Body?.transformToByteArray();
  await aws.s3.send(new PutObjectCommand({ ...at, Body: bytes, Metadata }));
  const { stdout } = await app.succeed(['diff', 'app.yml']);
  expect(stdout.toString()).toContain('not written by coffer: it has no SHA-256 checksum');
  await app.succeed(['sync', 'app.yml', '--yes']);
  await app.succeed(['diff', 'app.yml', '--exit-code']);
});

test("if kmskey's alias moves, sync moves objects to the new key, and save moves secrets in SSM", async () => {
  const alias = `alias/${aws.unique('moving')}`;
  const old = await aws.createKey(alias);
  const app = await createScene(
    aws,
    '  - {name: a, type: SecureString, value: one}\n  - {name: f, type: SecureString, value: two, store: s3}\n',
    { header: `kmskey: ${alias}\nbucket: ${aws.bucket}\n` },
  );
  await app.succeed(['encrypt', 'app.yml']);
  await app.succeed(['sync', 'app.yml', '--yes']);
  const [key = ''] = await stored.objects(app.prefix);
  const before = await stored.objectMetadata(key);
  expect(before?.['coffer-kmskey-arn']).toBe(old);

  const TargetKeyId = await aws.createKey();
  await aws.kms.send(new UpdateAliasCommand({ AliasName: alias, TargetKeyId }));
  const { stdout, stderr } = await app.succeed(['diff', 'app.yml']);
  expect(stdout.toString()).toContain(`under another KMS key: ${old}`);
  expect(stderr).toContain('coffer save app.yml encrypts all of them again');
  await app.succeed(['sync', 'app.yml', '--yes']);
  const after = await stored.objectMetadata(key);
  expect(after).toMatchObject({ 'coffer-kmskey': alias, 'coffer-kmskey-arn': TargetKeyId });
  expect(after?.['x-amz-3']).not.toBe(before?.['x-amz-3']);

  expect((await app.succeed(['diff', 'app.yml', '--exit-code'])).stderr).toBe('');
  await app.succeed(['save', 'app.yml']);
  expect((await stored.metadata(app.prefix)).get('a')?.Version).toBe(2);
});
