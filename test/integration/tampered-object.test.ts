import { randomBytes } from 'node:crypto';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { GetParameterCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import { coffer } from '../support/cli.ts';
import { flipBit } from '../support/flip.ts';
import { createScene } from '../support/scene.ts';
import { createWorkspace } from '../support/workspace.ts';

const aws = await useAws();
const SECRET = createCanary();

interface Stored {
  body: Buffer;
  metadata: Record<string, string>;
}

async function read(key: string): Promise<Stored> {
  const { Body, Metadata } = await aws.s3.send(
    new GetObjectCommand({ Bucket: aws.bucket, Key: key }),
  );
  return {
    body: Buffer.from((await Body?.transformToByteArray()) ?? []),
    metadata: { ...Metadata },
  };
}

async function overwrite(key: string, { body, metadata }: Stored): Promise<void> {
  await aws.s3.send(
    new PutObjectCommand({ Bucket: aws.bucket, Key: key, Body: body, Metadata: metadata }),
  );
}

async function keyOf(name: string): Promise<string> {
  const { Parameter } = await aws.ssm.send(new GetParameterCommand({ Name: name }));
  return (Parameter?.Value ?? '').slice(`s3://${aws.bucket}/`.length);
}

/** The objects of one saved manifest, before tampering. */
interface Saved {
  name: string;
  keys: { one: string; two: string };
  one: Stored;
  two: Stored;
}

let saved: Promise<Saved> | undefined;

/** Saves two blobs of one size, once for all these tests. */
async function save(): Promise<Saved> {
  const app = await createScene(
    aws,
    '  - {name: one, type: SecureString, file: one}\n  - {name: two, type: SecureString, file: two}\n',
    {
      files: {
        one: Buffer.concat([Buffer.from(SECRET), randomBytes(8000)]),
        two: randomBytes(SECRET.length + 8000),
      },
    },
  );
  await app.succeed(['encrypt', 'app.yml']);
  await app.succeed(['save', 'app.yml']);
  const name = `${app.prefix}one`;
  const keys = { one: await keyOf(name), two: await keyOf(`${app.prefix}two`) };
  return { name, keys, one: await read(keys.one), two: await read(keys.two) };
}

/** A folder, and the saved objects, intact. */
async function createSaved() {
  const workspace = await createWorkspace();
  const { name, keys, one, two } = await (saved ??= save());
  await overwrite(keys.one, one);
  const call = (args: readonly string[]) => coffer(args, { cwd: workspace.folder, env: aws.env });
  return { ...workspace, coffer: call, name, keys, one, two };
}

const flipIn = (stored: Stored, name: string): Stored => {
  const bytes = flipBit(Buffer.from(stored.metadata[name] ?? '', 'base64'), -3);
  return { ...stored, metadata: { ...stored.metadata, [name]: bytes.toString('base64') } };
};

const without = (stored: Stored, name: string): Stored => {
  const { [name]: _, ...metadata } = stored.metadata;
  return { ...stored, metadata };
};

describe('get releases nothing of an object', () => {
  test.each<[string, (stored: Stored, other: Stored) => Stored]>([
    ['with the first bit flipped', (s) => ({ ...s, body: flipBit(s.body, 0) })],
    ['with a bit in the middle flipped', (s) => ({ ...s, body: flipBit(s.body, 4000, 3) })],
    ['with the last bit of the tag flipped', (s) => ({ ...s, body: flipBit(s.body, -1) })],
    ['cut short', (s) => ({ ...s, body: s.body.subarray(0, -1) })],
    ['with a byte too many', (s) => ({ ...s, body: Buffer.concat([s.body, Buffer.alloc(1)]) })],
    ['that is empty', (s) => ({ ...s, body: Buffer.alloc(0) })],
    ['with the body of another', (s, other) => ({ ...s, body: other.body })],
    ['that is another whole object', (_, other) => other],
    ['with the metadata of another', (s, other) => ({ ...s, metadata: other.metadata })],
    ['with its commitment altered', (s) => flipIn(s, 'x-amz-d')],
    ['with its message id altered', (s) => flipIn(s, 'x-amz-i')],
    ['with its wrapped key altered', (s) => flipIn(s, 'x-amz-3')],
    ['without its commitment', (s) => without(s, 'x-amz-d')],
    ['without its context', (s) => without(s, 'x-amz-t')],
    ['without metadata', (s) => ({ ...s, metadata: {} })],
    [
      'that claims an older format, too',
      (s) => ({ ...s, metadata: { ...s.metadata, 'x-amz-wrap-alg': 'kms' } }),
    ],
  ])('%s', async (_, alter) => {
    const app = await createSaved();
    await overwrite(app.keys.one, alter(app.one, app.two));

    const { code, stdout, stderr } = await app.coffer(['get', app.name]);
    expect(code, stderr).toBe(1);
    expect(stdout).toHaveLength(0);
    expect(stderr.match(/error:/g)).toHaveLength(1);
    expect(stderr).not.toMatch(/^ {4}at /m);
    expectHidden(SECRET, { stderr });

    const toFile = await app.coffer(['get', app.name, '-o', 'out']);
    expect(toFile.code).toBe(1);
    expect(await app.files()).toEqual([]);
  });

  test('that is missing', async () => {
    const app = await createSaved();
    const name = `/${aws.unique('gone')}`;
    const missing = `s3://${aws.bucket}/${app.keys.one.slice(0, -64)}${'0'.repeat(64)}`;
    await aws.ssm.send(new PutParameterCommand({ Name: name, Value: missing, Type: 'String' }));
    const { code, stdout, stderr } = await app.coffer(['get', name]);
    expect(code).toBe(1);
    expect(stdout).toHaveLength(0);
    expect(stderr).toContain(missing);
  });
});

test('refuses another object in place of the one that the pointer names', async () => {
  const app = await createSaved();
  // The right body and key, under the digest of other content.
  const wrong = app.keys.two.replace(/[0-9a-f]{64}/, 'f'.repeat(64));
  await overwrite(wrong, app.two);
  const { code, stdout, stderr } = await app.coffer(['get', `s3://${aws.bucket}/${wrong}`]);
  expect(code).toBe(1);
  expect(stdout).toHaveLength(0);
  expect(stderr).toContain('does not match the digest in its name');
});

test('does not follow a secret whose text looks like a pointer', async () => {
  const app = await createSaved();
  const name = `/${aws.unique('text')}`;
  const text = `s3://${aws.bucket}/${app.keys.two}`;
  await aws.ssm.send(
    new PutParameterCommand({
      Name: name,
      Value: text,
      Type: 'SecureString',
      KeyId: aws.kmskey,
    }),
  );
  const { stdout } = await app.coffer(['get', name]);
  expect(stdout.toString()).toBe(text);
});
