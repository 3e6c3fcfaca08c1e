import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { decodeBase64 } from '../../../src/crypto/base64.ts';
import { commitOf, requireCommit } from '../../../src/crypto/commit.ts';
import {
  bindingOf,
  blobContext,
  dataKeyContext,
  type Author,
} from '../../../src/crypto/contexts.ts';
import { openInline, parseInline, sealInline, sizesOfInline } from '../../../src/crypto/inline.ts';
import { formatMetadata, parseMetadata } from '../../../src/crypto/object-format.ts';
import { deriveKeys } from '../../../src/crypto/object-v3.ts';
import { lengthClassOf } from '../../../src/crypto/padding.ts';
import {
  extensionOf,
  formatPointer,
  objectKey,
  parameterIn,
  parseS3Url,
  pointerOf,
} from '../../../src/crypto/pointer.ts';
import { readPayload, renderPayload } from '../../../src/crypto/recovery.ts';
import { isOwnVersion, versionIdOf } from '../../../src/crypto/version-id.ts';
import { parseManifest } from '../../../src/manifest/index.ts';
import type { Manifest } from '../../../src/manifest/model.ts';
import { decryptBlobBody, openBlobBody } from '../../../src/seal/blob-body.ts';
import { valueLimit } from '../../../src/sizes.ts';
import { fetchObject } from '../../../src/stores/s3/fetch.ts';
import { useAws } from '../../support/aws.ts';
import { failureOf } from '../../support/failure.ts';
import { kmsOf, objectsOf } from '../../support/services.ts';
import { createWorkspace } from '../../support/workspace.ts';
import { FILES, render } from '../../vectors/make/index.ts';

/** Each column of each file; a vector has those of its file, and `refused` if it is a bad one. */
interface Vector {
  name: string;
  refused?: string;
  [column: string]: unknown;
}

/** The texts of a vector's columns. */
function columns<Name extends string>(vector: Vector, ...names: Name[]): Record<Name, string> {
  return Object.fromEntries(names.map((name) => [name, vector[name]])) as Record<Name, string>;
}

const pathOf = (file: string) => new URL(`../../vectors/${file}.json`, import.meta.url);
const read = (file: string) => JSON.parse(readFileSync(pathOf(file), 'utf8')) as Vector[];
const isGood = ({ refused }: Vector) => refused === undefined;
const good = (file: string) => read(file).filter(isGood);
const bad = (file: string) => read(file).filter((vector) => !isGood(vector));
const hex = (text: string) => Buffer.from(text, 'hex');
const base64 = (text: string) => decodeBase64(text) ?? expect.fail('not base64');
const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

test.each(Object.entries(FILES))(
  'test/vectors/%s.json is what its maker makes',
  async (file, make) => {
    await expect(render(make())).toMatchFileSnapshot(pathOf(file).pathname);
  },
);

test('padding: the class of each length', () => {
  const rows = JSON.parse(readFileSync(pathOf('padding'), 'utf8')) as Record<
    'padded' | 'least' | 'most',
    number
  >[];
  for (const { padded, least, most } of rows) {
    for (const size of [least, most]) {
      const text = 'x'.repeat(size);
      expect(lengthClassOf(text)).toEqual({ least, most });
      const value = parseInline(
        sealInline(text, '00000000', Buffer.alloc(32), { fullName: '/x', type: 'String' }),
      );
      expect(value?.sealed).toHaveLength(12 + padded + 16);
      expect(value && sizesOfInline(value)).toEqual({ least, most });
    }
  }
  expect(rows.map(({ padded }) => padded).slice(0, 10)).toEqual([
    32, 64, 96, 128, 160, 192, 224, 256, 272, 288,
  ]);
});

test.each(good('inline'))('inline: $name', (vector) => {
  const { value, data_key, parameter, type } = columns(
    vector,
    'value',
    'data_key',
    'parameter',
    'type',
  );
  const parsed = parseInline(value) ?? expect.fail('not an inline value');
  expect(openInline(parsed, hex(data_key), { fullName: parameter, type })).toBe(
    vector['plaintext'],
  );
});

test.each(bad('inline'))('inline, refused for its $refused: $name', async (vector) => {
  const { value, data_key, parameter, type } = columns(
    vector,
    'value',
    'data_key',
    'parameter',
    'type',
  );
  const parsed = parseInline(value);
  if (vector.refused === 'form' || !parsed) {
    expect(parsed).toBeUndefined();
    return expect(vector.refused).toBe('form');
  }
  const failure = await failureOf(() =>
    openInline(parsed, hex(data_key), { fullName: parameter, type }),
  );
  expect(failure.code).toBe('tampered');
  // A tag that does not verify is the cipher's own failure; the others come after it.
  expect(failure.cause !== undefined).toBe(vector.refused === 'tag');
});

/** The manifest of a vector's settings. */
function manifestOf(vector: Vector): Manifest {
  const text = JSON.stringify({ ...(vector['settings'] as object), parameters: [] });
  const parameters = '[{"name":"x","type":"String","value":"x"}]';
  return parseManifest(text.replace('[]', parameters), 'app.yml');
}

function contextOf(vector: Vector) {
  const { destination } = manifestOf(vector);
  const { parameter, type, author } = columns(vector, 'parameter', 'type', 'author');
  if (parameter !== undefined) return blobContext(destination, { fullName: parameter, type });
  return dataKeyContext(destination, author as Author | undefined);
}

test.each(good('data-keys'))('data keys: $name', (vector) => {
  const { data_key, binding, commit } = columns(vector, 'data_key', 'binding', 'commit');
  expect(contextOf(vector)).toEqual(vector['context']);
  expect(bindingOf(contextOf(vector))).toBe(binding);
  expect(commitOf(hex(data_key))).toBe(commit);
  expect(() => requireCommit(hex(data_key), commit, 'the data key')).not.toThrow();
});

test.each(bad('data-keys'))('data keys, refused for their $refused: $name', async (vector) => {
  const { data_key, binding, commit } = columns(vector, 'data_key', 'binding', 'commit');
  if (vector.refused === 'binding') {
    expect(bindingOf(contextOf(vector))).not.toBe(binding);
    return;
  }
  const failure = await failureOf(() => requireCommit(hex(data_key), commit, 'the data key'));
  expect(failure.code).toBe('tampered');
  expect(failure.message).toMatch(vector.refused === 'key' ? /has \d+ bytes/ : /"commit"/);
});

test.each(good('recovery'))('recovery: $name', (vector) => {
  const { recovery, binding, data_key, payload } = columns(
    vector,
    'recovery',
    'binding',
    'data_key',
    'payload',
  );
  const context = contextOf(vector);
  expect(context).toMatchObject({ Recovery: recovery });
  expect(bindingOf(context)).toBe(binding);
  expect(renderPayload(context, hex(data_key))).toBe(payload);
  expect(readPayload(Buffer.from(payload), context)).toEqual(hex(data_key));
});

test.each(bad('recovery'))('recovery, refused for its $refused: $name', async (vector) => {
  const { payload } = columns(vector, 'payload');
  const failure = await failureOf(() => readPayload(Buffer.from(payload), contextOf(vector)));
  expect(failure.code).toBe('tampered');
});

test.each(read('keys'))('keys of V3: $name', (vector) => {
  const { data_key, message_id, ...derived } = columns(
    vector,
    'data_key',
    'message_id',
    'content_key',
    'commitment',
  );
  const { contentKey, commitment } = deriveKeys(hex(data_key), hex(message_id));
  expect(contentKey.toString('hex')).toBe(derived.content_key);
  expect(commitment.toString('hex')).toBe(derived.commitment);
});

/** Opens a blob of a manifest, with its file beside it. */
async function openBlob(vector: Vector): Promise<Buffer> {
  const { data_key, body } = columns(vector, 'data_key', 'body');
  const written = vector['blob'] as Record<string, string>;
  const { path: file } = written;
  const { path } = await createWorkspace(file === undefined ? {} : { [file]: base64(body) });
  // Only KMS reads the first, and only people the second.
  const sealed = { ...written, key: 'AAAA', binding: '00000000' };
  const settings = { path: '/x', region: 'us-east-1', kmskey: 'alias/x' };
  const parameters = [{ name: 'x', type: 'securestring', blob: sealed }];
  const manifest = parseManifest(JSON.stringify({ ...settings, parameters }), path('app.yml'));
  const [parameter = expect.fail()] = manifest.parameters;
  const { content } = parameter;
  if (content.kind !== 'blob') expect.fail();
  const opened = await openBlobBody(manifest, parameter, content.blob);
  try {
    requireCommit(hex(data_key), content.blob.commit, 'its data key');
    return await decryptBlobBody(opened, content.blob, hex(data_key));
  } finally {
    await opened.close();
  }
}

test.each(good('blobs'))('blobs: $name', async (vector) => {
  const { plaintext, body } = columns(vector, 'plaintext', 'body');
  expect(await openBlob(vector)).toEqual(Buffer.from(plaintext, 'base64'));
  const isInline = 'data' in (vector['blob'] as object);
  expect(isInline).toBe(base64(body).length <= 8192);
});

/** What the error of each kind says. */
const KINDS: Readonly<Record<string, RegExp>> = {
  size: /do not match the manifest|too short|at least 16/,
  digest: /do not match the manifest|does not match the digest/,
  commit: /"commit"/,
  key: /has \d+ bytes|not 32 bytes long/,
  commitment: /commitment does not match/,
  tag: /failed verification/,
  metadata: /its metadata|its content is not authenticated|its tag is not|was not written by/,
  parameter: /belongs to/,
  version: /promises the format V3/,
};

test.each(bad('blobs'))('blobs, refused for their $refused: $name', async (vector) => {
  const { code, message } = await failureOf(() => openBlob(vector));
  expect(code).toMatch(/^(?:tampered|manifest)$/);
  expect(message).toMatch(KINDS[vector.refused ?? ''] ?? expect.fail());
});

const aws = await useAws();
const [kms, objects] = [kmsOf(aws), objectsOf(aws)];

/** Stores an object with its data key wrapped by KMS, and reads it as its parameter's pointer says. */
async function openObject(vector: Vector): Promise<Buffer> {
  const { key, data_key, body, parameter } = columns(
    vector,
    'key',
    'data_key',
    'body',
    'parameter',
  );
  const metadata = { ...(vector['metadata'] as Record<string, string>) };
  // What is refused here needs no object.
  const { context } = parseMetadata(metadata);
  const { wrapped } = await kms.encrypt(aws.kmskeyArn, hex(data_key), context);
  const field = Object.keys(metadata).find((name) => /^x-amz-(?:3|key-v2)$/i.test(name)) ?? '';
  metadata[field] = wrapped.toString('base64');
  const put = { Bucket: aws.bucket, Key: key, Body: Buffer.from(body, 'base64') };
  await aws.s3.send(new PutObjectCommand({ ...put, Metadata: metadata }));
  const pointer = parseS3Url(`s3://${aws.bucket}/${key}`) ?? expect.fail('not a URL');
  const services = { objects, kms, spoolFolder: tmpdir(), limit: valueLimit() };
  const fetched = await fetchObject(pointer, services, { parameter });
  const chunks: Buffer[] = [];
  for await (const chunk of fetched.verified()) chunks.push(chunk);
  await fetched.close();
  return Buffer.concat(chunks);
}

test.each(good('objects'))('objects: $name', async (vector) => {
  expect(await openObject(vector)).toEqual(
    Buffer.from(columns(vector, 'plaintext').plaintext, 'base64'),
  );
});

test('objects: what coffer writes beside one', () => {
  const [vector = expect.fail()] = good('objects');
  const { parameter, body, key } = columns(vector, 'parameter', 'body', 'key');
  const metadata = vector['metadata'] as Record<string, string>;
  const [wrapped, messageId, commitment] = ['x-amz-3', 'x-amz-i', 'x-amz-d'].map((name) =>
    base64(metadata[name] ?? ''),
  );
  if (!wrapped || !messageId || !commitment) expect.fail();
  expect(formatMetadata(wrapped, { messageId, commitment }, parameter)).toEqual(metadata);
  expect(objectKey(parameter, digest(base64(body)), '')).toBe(key);
});

test.each(bad('objects'))('objects, refused for their $refused: $name', async (vector) => {
  const { code, message } = await failureOf(() => openObject(vector));
  expect(code).toBe('tampered');
  expect(message).toMatch(KINDS[vector.refused ?? ''] ?? expect.fail());
});

test.each(good('pointers'))('pointers: $name', (vector) => {
  const { type, value, bucket, key, ...wanted } = columns(
    vector,
    'type',
    'value',
    'bucket',
    'key',
    'sha256',
    'parameter',
    'extension',
  );
  const pointer = pointerOf({ type, value }) ?? expect.fail('not a pointer');
  const { sha256, isBound = false } = pointer;
  expect([pointer.bucket, pointer.key, sha256]).toEqual([bucket, key, wanted.sha256]);
  expect(isBound).toBe(wanted.parameter !== undefined);
  expect(extensionOf(pointer) ?? '').toBe(wanted.extension);
  expect(formatPointer({ bucket, key })).toBe(value);
  if (!isBound) return;
  expect(parameterIn(pointer)).toBe(wanted.parameter);
  expect(objectKey(wanted.parameter, sha256, wanted.extension)).toBe(key);
});

test.each(bad('pointers'))('pointers, not one: $name', (vector) => {
  expect(pointerOf(columns(vector, 'type', 'value'))).toBeUndefined();
});

test.each(good('version-ids'))('versions of a secret: $name', (vector) => {
  const rows = vector['parameters'] as [string, string, string][];
  const held = rows.map(([name, type, ciphertext]) => ({ name, type, ciphertext }));
  const { secret, version_id } = columns(vector, 'secret', 'version_id');
  expect(versionIdOf(secret, held)).toBe(version_id);
  expect(isOwnVersion(version_id)).toBe(true);
});

function nameOf(vector: Vector): string | undefined {
  const { path, region, parameter } = columns(vector, 'path', 'region', 'parameter');
  const parameters = [{ name: parameter, type: 'String', value: 'x' }];
  const text = JSON.stringify({ path, region, parameters });
  return parseManifest(text, 'app.yml').parameters[0]?.fullName;
}

test.each(good('names'))('names: $name', (vector) => {
  expect(nameOf(vector)).toBe(vector['full_name']);
});

test.each(bad('names'))('names, refused: $name', async (vector) => {
  expect((await failureOf(() => nameOf(vector))).code).toBe('manifest');
});

test.each(good('manifests'))('manifests: $name', (vector) => {
  const { manifest } = columns(vector, 'manifest');
  const found = parseManifest(manifest, 'app.yml').parameters.map(({ fullName, type, content }) => {
    if (content.kind === 'blob') return [fullName, { type, ...content.blob.body }];
    return [fullName, { type, value: 'text' in content ? content.text : undefined }];
  });
  expect(Object.fromEntries(found)).toEqual(vector['parameters']);
});

test.each(bad('manifests'))('manifests, refused: $name', async (vector) => {
  const { manifest } = columns(vector, 'manifest');
  expect((await failureOf(() => parseManifest(manifest, 'app.yml'))).code).toBe('manifest');
});
