import { describe, expect, test } from 'vitest';
import { encryptManifest, type SealRequest } from '../../../src/seal/encrypt.ts';
import { FileKey } from '../../../src/seal/file-key.ts';
import { parseManifest } from '../../../src/manifest/index.ts';
import type { Manifest } from '../../../src/manifest/model.ts';
import { useAws } from '../../support/aws.ts';
import { controlOf } from '../../support/control.ts';
import { failureOf } from '../../support/failure.ts';
import { flipBit } from '../../support/flip.ts';
import { kmsOf } from '../../support/services.ts';
import { createWorkspace } from '../../support/workspace.ts';
import { manifestIn } from './sample.ts';

const aws = await useAws();
const control = controlOf(aws);
const alias = await aws.createKey();

const seal = (manifest: Manifest, request: Partial<SealRequest> = {}) =>
  encryptManifest(
    manifest,
    new FileKey(kmsOf(aws), { alias, create: true }, manifest.encryptedWith),
    { today: '2026-11-27', ...request },
  );

/** A manifest with one sealed value and one that is still to be sealed. */
async function createHalfSealed(): Promise<Manifest> {
  const typed = manifestIn(
    await createWorkspace(),
    'parameters:\n  - {name: old, type: SecureString, value: one}\n',
  );
  const { text } = await seal(typed);
  const more = '  - {name: new, type: SecureString, value: two}\n';
  return parseManifest(text + more, typed.file);
}

const damage = (key: string) => flipBit(Buffer.from(key, 'base64'), -1).toString('base64');

describe('a new value', () => {
  test('is sealed under the existing data key, with one call', async () => {
    const manifest = await createHalfSealed();
    let text = '';
    const calls = await control.callsOf(async () => ({ text } = await seal(manifest)));
    expect(calls).toEqual({ 'kms:Decrypt': 1 });
    expect(parseManifest(text, 'app.yml').dataKeys).toEqual(manifest.dataKeys);
  });

  test('is sealed under a new data key by somebody who may not decrypt', async () => {
    const manifest = await createHalfSealed();
    await control.disturb({ rules: [{ action: 'kms:Decrypt', deny: true }] });
    const { text } = await seal(manifest);
    const { dataKeys } = parseManifest(text, 'app.yml');
    expect(dataKeys).toMatchObject(manifest.dataKeys);
    expect(Object.keys(dataKeys)).toHaveLength(2);
  });

  test('is sealed over a blob by somebody who cannot tell what it holds', async () => {
    const blob = '  - {name: a, type: SecureString, store: s3, value: one}\n';
    const typed = manifestIn(await createWorkspace(), `parameters:\n${blob}`);
    const manifest = parseManifest((await seal(typed)).text, typed.file);
    const again = { values: new Map([['a', Buffer.from('one')]]), unlessSame: true };
    expect((await seal(manifest, again)).sealed).toEqual([]);
    await control.disturb({ rules: [{ action: 'kms:Decrypt', deny: true }] });
    expect((await seal(manifest, again)).sealed).toMatchObject([{ name: 'a', form: 'blob' }]);
  });

  test('is not sealed if the existing data key is damaged', async () => {
    const manifest = await createHalfSealed();
    const dataKeys = Object.fromEntries(
      Object.entries(manifest.dataKeys).map(([id, dataKey]) => [
        id,
        { ...dataKey, key: damage(dataKey.key) },
      ]),
    );
    const calls = await control.callsOf(async () => {
      const failure = await failureOf(() => seal({ ...manifest, dataKeys }));
      expect(failure.code).toBe('tampered');
    });
    expect(calls).toEqual({ 'kms:Decrypt': 1 });
  });
});

test('reads the new text back, in which every value must open', async () => {
  const manifest = await createHalfSealed();
  // As if the text said another path than the one that was sealed for.
  const parameters = manifest.parameters.map((parameter) => ({
    ...parameter,
    fullName: `/elsewhere/${parameter.name}`,
  }));
  await expect(seal({ ...manifest, parameters })).rejects.toThrow(/failed verification/);
});
