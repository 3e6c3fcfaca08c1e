import { createHash, randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { decodeBase64 } from '../../../src/crypto/base64.ts';
import { commitOf } from '../../../src/crypto/commit.ts';
import { bindingOf, blobContext } from '../../../src/crypto/contexts.ts';
import type { Blob } from '../../../src/manifest/model.ts';
import { sealBlob } from '../../../src/seal/blob.ts';
import { decryptBlobBody, openBlobBody, openedChunks } from '../../../src/seal/blob-body.ts';
import { FileKey } from '../../../src/seal/file-key.ts';
import { useAws } from '../../support/aws.ts';
import { failureOf } from '../../support/failure.ts';
import { kmsOf } from '../../support/services.ts';
import { createWorkspace } from '../../support/workspace.ts';
import { flipBit } from '../../support/flip.ts';
import { manifestIn, parameterOf } from './sample.ts';

const aws = await useAws();
const kms = kmsOf(aws);
const fileKey = new FileKey(kms, { alias: await aws.createKey(), create: false });

const KIB = 1024;
const MIB = KIB * KIB;
const PARAMETERS = 'parameters:\n  - {name: tls/key.store, type: SecureString, file: f}\n';

async function seal(plaintext: Iterable<Buffer>) {
  const workspace = await createWorkspace();
  const manifest = manifestIn(workspace, PARAMETERS);
  const parameter = parameterOf(manifest, 'tls/key.store');
  const staged = await sealBlob({ manifest, parameter }, plaintext, fileKey);
  const wrapped = decodeBase64(staged.blob.key) ?? Buffer.alloc(0);
  const dataKey = await kms.decrypt(wrapped, blobContext(manifest.destination, parameter));
  const settled = () => {
    staged.commit();
    staged.settle();
  };
  return { workspace, manifest, parameter, dataKey, ...staged, settled };
}

function* failingSource(): Generator<Buffer> {
  yield randomBytes(MIB);
  throw new Error('the disk is gone');
}

type Sealed = Awaited<ReturnType<typeof seal>>;

async function open({ manifest, parameter, dataKey }: Sealed, blob: Blob): Promise<Buffer> {
  const body = await openBlobBody(manifest, parameter, blob);
  try {
    return await decryptBlobBody(body, blob, dataKey);
  } finally {
    await body.close();
  }
}

describe('restores any bytes', () => {
  test.each([
    0,
    1,
    15,
    16,
    17,
    8 * KIB - 16,
    8 * KIB - 15,
    16 * KIB - 1,
    16 * KIB,
    16 * KIB + 1,
    64 * KIB - 17,
    64 * KIB - 16,
    64 * KIB - 15,
    64 * KIB,
    MIB - 17,
    MIB - 16,
    MIB - 15,
    MIB - 1,
    MIB,
    MIB + 1,
    3 * MIB + 7,
  ])('%i bytes long', async (size) => {
    const plaintext = randomBytes(size);
    const sealed = await seal([plaintext]);
    sealed.commit();
    expect(sealed.blob.size).toBe(size + 16);
    expect((await open(sealed, sealed.blob)).equals(plaintext)).toBe(true);
  });

  test('in any chunks', async () => {
    const plaintext = randomBytes(200 * KIB);
    const chunks = [0, 1, 2, 65_000, 65_537, 150_000].map((start, i, starts) =>
      plaintext.subarray(start, starts[i + 1]),
    );
    const sealed = await seal(chunks);
    sealed.commit();
    expect((await open(sealed, sealed.blob)).equals(plaintext)).toBe(true);
  });
});

describe('the sealed bytes', () => {
  test('are in the manifest up to 8 KiB', async () => {
    const { blob, settled, workspace } = await seal([randomBytes(8 * KIB - 16)]);
    settled();
    expect('data' in blob.body && decodeBase64(blob.body.data)?.length).toBe(8 * KIB);
    expect(await workspace.files()).toEqual([]);
  });

  test('go to a file beside it above that, named by parameter and content', async () => {
    const { blob, settled, workspace } = await seal([randomBytes(8 * KIB - 15)]);
    const path = `app.blobs/tls-key.store-${blob.sha256.slice(0, 6)}.enc`;
    expect(blob.body).toEqual({ path });
    settled();
    expect(await workspace.files()).toEqual([path]);
    const bytes = await workspace.read(path);
    expect(bytes).toHaveLength(8 * KIB + 1);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(blob.sha256);
  });

  test('are not visible before commit, and removed by discard', async () => {
    const { discard, workspace } = await seal([randomBytes(MIB)]);
    expect(await readdir(workspace.folder)).toEqual(['.app.coffer']);
    discard();
    expect(await readdir(workspace.folder)).toEqual([]);
  });

  test('leave nothing behind if the source fails half-way', async () => {
    const workspace = await createWorkspace();
    const manifest = manifestIn(workspace, PARAMETERS);
    const parameter = parameterOf(manifest, 'tls/key.store');
    await expect(sealBlob({ manifest, parameter }, failingSource(), fileKey)).rejects.toThrow(
      'disk is gone',
    );
    expect(await readdir(workspace.folder)).toEqual([]);
  });
});

describe('a data key of its own', () => {
  test.each<[string, object]>([
    ['name', { Name: '/app/other' }],
    ['type', { Type: 'String' }],
    ['path', { Path: '/other/' }],
    ['region', { Region: 'eu-west-1' }],
    ['kmskey', { KmsKey: 'alias/other' }],
    ['account', { Account: '111122223333' }],
  ])('is refused by KMS for another %s', async (_, other) => {
    const { blob, dataKey, manifest, parameter } = await seal([Buffer.from('x')]);
    const wrapped = decodeBase64(blob.key) ?? Buffer.alloc(0);
    const context = blobContext(manifest.destination, parameter);
    expect(context).toEqual({
      Client: 'coffer',
      Path: '/app/',
      Name: '/app/tls/key.store',
      Type: 'SecureString',
      Region: 'us-east-1',
      KmsKey: 'alias/k',
    });
    expect(await kms.decrypt(wrapped, context)).toEqual(dataKey);
    const moved = await failureOf(() => kms.decrypt(wrapped, { ...context, ...other }));
    expect(moved.code).toBe('tampered');
    expect([blob.binding, blob.commit]).toEqual([bindingOf(context), commitOf(dataKey)]);
  });
  test('is never used twice', async () => {
    const [a, b] = [await seal([Buffer.from('x')]), await seal([Buffer.from('x')])];
    expect(a.dataKey.equals(b.dataKey)).toBe(false);
    expect(a.blob.sha256).not.toBe(b.blob.sha256);
  });
});

/** The same blob with other sealed bytes. */
async function replaceBody(sealed: Sealed, change: (bytes: Buffer) => Buffer): Promise<Blob> {
  const { blob, workspace } = sealed;
  if ('data' in blob.body) {
    const bytes = change(Buffer.from(blob.body.data, 'base64'));
    return { ...blob, body: { data: bytes.toString('base64') } };
  }
  await workspace.write(blob.body.path, change(await workspace.read(blob.body.path)));
  return blob;
}

describe.each([
  ['in the manifest', 100],
  ['in a file', MIB + 100],
])('a blob %s', (_, size) => {
  test.each<[string, (bytes: Buffer) => Buffer]>([
    ['with its first byte altered', (bytes) => flipBit(bytes, 0)],
    ['with its last byte altered', (bytes) => flipBit(bytes, -1, 7)],
    ['cut short', (bytes) => bytes.subarray(0, -1)],
    ['with a byte too many', (bytes) => Buffer.concat([bytes, Buffer.alloc(1)])],
    ['when it is empty', () => Buffer.alloc(0)],
  ])('does not open %s', async (_, change) => {
    const sealed = await seal([randomBytes(size)]);
    sealed.commit();
    const blob = await replaceBody(sealed, change);
    const { manifest, parameter } = sealed;
    // The machine that publishes it does not decrypt it, so the digest must show the change.
    const failure = await failureOf(() => openBlobBody(manifest, parameter, blob));
    expect(failure.code).toBe('tampered');
  });

  test('does not open even if its digest was altered with it', async () => {
    const sealed = await seal([randomBytes(size)]);
    sealed.commit();
    let sha256 = '';
    const blob = await replaceBody(sealed, (bytes) => {
      const altered = flipBit(bytes, 5);
      sha256 = createHash('sha256').update(altered).digest('hex');
      return altered;
    });
    expect((await failureOf(() => open(sealed, { ...blob, sha256 }))).code).toBe('tampered');
  });

  test('does not open with another message id or commitment', async () => {
    const sealed = await seal([randomBytes(size)]);
    sealed.commit();
    for (const name of ['messageId', 'commitment'] as const) {
      const bytes = flipBit(Buffer.from(sealed.blob[name], 'base64'), 3);
      const blob = { ...sealed.blob, [name]: bytes.toString('base64') };
      const failure = await failureOf(() => open(sealed, blob));
      expect(failure.code).toBe('tampered');
    }
  });
});

test('names the missing file of a blob', async () => {
  const sealed = await seal([randomBytes(MIB)]);
  sealed.commit();
  await rm(sealed.workspace.path('app.blobs'), { recursive: true });
  const failure = await failureOf(() => open(sealed, sealed.blob));
  expect(failure.code).toBe('source');
  expect(failure.message).toContain('app.blobs/');
});

test('fails at the end if the tag does not match the plaintext already returned', async () => {
  const sealed = await seal([randomBytes(2 * MIB)]);
  sealed.commit();
  const { manifest, parameter, blob, dataKey } = sealed;
  const body = await openBlobBody(manifest, parameter, blob);
  const altered = {
    ...body,
    read: async (offset: number, length: number) => {
      const bytes = await body.read(offset, length);
      return offset === 0 ? flipBit(bytes, 9) : bytes;
    },
  };
  const failure = await failureOf(async () => {
    for await (const _ of openedChunks(altered, blob, dataKey));
  });
  expect(failure.code).toBe('tampered');
  await body.close();
});
