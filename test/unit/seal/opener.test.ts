import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { encryptManifest } from '../../../src/seal/encrypt.ts';
import { FileKey } from '../../../src/seal/file-key.ts';
import { Opener } from '../../../src/seal/opener.ts';
import { parseManifest } from '../../../src/manifest/index.ts';
import { useAws } from '../../support/aws.ts';
import { createCanary, expectHidden } from '../../support/canary.ts';
import { controlOf } from '../../support/control.ts';
import { failureOf } from '../../support/failure.ts';
import { kmsOf } from '../../support/services.ts';
import { createWorkspace } from '../../support/workspace.ts';
import { manifestIn, NO_KMS, parameterOf } from './sample.ts';

const aws = await useAws();
const kms = kmsOf(aws);
const control = controlOf(aws);
const alias = await aws.createKey();
const SECRET = createCanary();
const BINARY = randomBytes(5000);

/** An encrypted manifest. */
async function createSealed() {
  const workspace = await createWorkspace({ 'b.bin': BINARY, 't.txt': 'text' });
  const before = manifestIn(
    workspace,
    `parameters:
  - {name: plain, type: String, value: 1.10}
  - {name: list, type: StringList, value: [a, b]}
  - {name: secret, type: SecureString, value: ${SECRET}}
  - {name: other, type: SecureString, value: other}
  - {name: binary, type: SecureString, file: b.bin}
  - {name: text, type: String, file: t.txt}
  - {name: small, type: SecureString, file: t.txt, encoding: base64}
`,
  );
  const fileKey = new FileKey(kms, { alias, create: false });
  const { text } = await encryptManifest(before, fileKey, {
    reseal: new Set(),
    today: '2026-11-27',
  });
  return { workspace, text, manifest: parseManifest(text, before.file) };
}

/** The value, and the size of its largest piece. */
async function gather(chunks: AsyncIterable<Buffer>) {
  const found: Buffer[] = [];
  for await (const chunk of chunks) found.push(Buffer.from(chunk));
  return { value: Buffer.concat(found), most: Math.max(...found.map(({ length }) => length)) };
}

test('gives every form of content in chunks, and a large one never as a whole', async () => {
  const { manifest } = await createSealed();
  const opener = new Opener(manifest, kms);
  for (const parameter of manifest.parameters) {
    const { value } = await gather(opener.chunks(parameter));
    expect(value, parameter.name).toEqual(await opener.open(parameter));
  }
  const large = randomBytes(3 * 1024 * 1024 + 1);
  const workspace = await createWorkspace({ 'l.bin': large });
  const plain = manifestIn(
    workspace,
    'parameters:\n  - {name: p, type: SecureString, file: l.bin}\n',
  );
  const { value, most } = await gather(new Opener(plain, NO_KMS).chunks(parameterOf(plain, 'p')));
  expect(value.equals(large)).toBe(true);
  expect(most).toBeLessThanOrEqual(1024 * 1024);
});

test('opens every form of content', async () => {
  const { manifest } = await createSealed();
  const opener = new Opener(manifest, kms);
  const opened = await Promise.all(
    manifest.parameters.map(async (parameter) => [parameter.name, await opener.open(parameter)]),
  );
  expect(Object.fromEntries(opened)).toEqual({
    plain: Buffer.from('1.10'),
    list: Buffer.from('a,b'),
    secret: Buffer.from(SECRET),
    other: Buffer.from('other'),
    binary: BINARY,
    text: Buffer.from('text'),
    small: Buffer.from(Buffer.from('text').toString('base64')),
  });
});

test('needs one call for all inline values, and one for each blob', async () => {
  const { manifest } = await createSealed();
  const opener = new Opener(manifest, kms);
  const calls = await control.callsOf(() =>
    Promise.all(manifest.parameters.map((parameter) => opener.open(parameter))),
  );
  expect(calls).toEqual({ 'kms:Decrypt': 2 });
});

test('needs no call for plain values', async () => {
  const { manifest } = await createSealed();
  const opener = new Opener(manifest, NO_KMS);
  expect(await opener.open(parameterOf(manifest, 'plain'))).toEqual(Buffer.from('1.10'));
  expect(await opener.open(parameterOf(manifest, 'text'))).toEqual(Buffer.from('text'));
});

describe('does not open', () => {
  test.each([
    ['under another name', (text: string) => text.replace('name: secret', 'name: secret2')],
    ['with the values of two names swapped', swapValues],
  ])('%s', async (_, change) => {
    const { workspace, text } = await createSealed();
    const changed = change(text);
    expect(changed).not.toBe(text);
    const manifest = parseManifest(changed, workspace.path('app.yml'));
    const opener = new Opener(manifest, kms);
    const name = manifest.parameters[2]?.name ?? '';
    const failure = await failureOf(() => opener.open(parameterOf(manifest, name)));
    expect(failure.code).toBe('tampered');
    expect(failure.message).toContain(name);
    expect(failure.place?.line).toBeGreaterThan(1);
    expectHidden(SECRET, { message: failure.message, hint: failure.hint ?? '' });
  });

  test.each(['secret', 'binary'])(
    '%s if another key than the one in encrypted_with wrapped its data key',
    async (name) => {
      const { manifest } = await createSealed();
      const opener = new Opener({ ...manifest, encryptedWith: await aws.createKey() }, kms);
      const failure = await failureOf(() => opener.open(parameterOf(manifest, name)));
      expect(failure.code).toBe('key');
    },
  );

  test('a value that has not been generated yet', async () => {
    const manifest = manifestIn(
      await createWorkspace(),
      'parameters:\n  - {name: g, type: SecureString, generate: {length: 8}}\n',
    );
    const opener = new Opener(manifest, NO_KMS);
    const failure = await failureOf(() => opener.open(parameterOf(manifest, 'g')));
    expect(failure.code).toBe('source');
    expect(failure.hint).toContain('coffer encrypt');
  });
});

/** Gives the parameters `secret` and `other` each other's ciphertext. */
function swapValues(text: string): string {
  const [first = '', second = ''] = text.match(/ENC\[[^\]]+\]/g) ?? [];
  return text.replace(first, '<>').replace(second, first).replace('<>', second);
}
