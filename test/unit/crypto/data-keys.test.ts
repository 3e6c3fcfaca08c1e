import { describe, expect, test } from 'vitest';
import { EncryptCommand } from '@aws-sdk/client-kms';
import { dataKeyContext, DataKeys } from '../../../src/crypto/data-keys.ts';
import { openPsyml } from '../../../src/crypto/psyml.ts';
import { useAws } from '../../support/aws.ts';
import { controlOf } from '../../support/control.ts';
import { failureOf } from '../../support/failure.ts';
import { kmsOf } from '../../support/services.ts';

const aws = await useAws();
const kms = kmsOf(aws);
const control = controlOf(aws);
const keyArn = await aws.createKey();

/** The data keys of a manifest at `path`, with two created. */
async function createTwo(path = '/app/') {
  const keys = new DataKeys(kms, { path, encryptedWith: keyArn, dataKeys: {} });
  const make = () => keys.create((context) => kms.generateDataKey(keyArn, context));
  return { keys, made: [await make(), await make()] };
}

describe('data keys', () => {
  test('get distinct ids, and are listed in order', async () => {
    const { keys, made } = await createTwo();
    const ids = made.map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}$/);
    expect(Object.keys(keys.wrapped)).toEqual(ids.toSorted());
  });

  test('are unwrapped with one call each, however often they are used', async () => {
    const { keys, made } = await createTwo();
    const again = new DataKeys(kms, {
      path: '/app/',
      encryptedWith: keyArn,
      dataKeys: keys.wrapped,
    });
    const calls = await control.callsOf(async () => {
      for (const { id, dataKey } of [...made, ...made]) {
        const opened = await Promise.all(Array.from({ length: 10 }, () => again.open(id)));
        for (const key of opened) expect(key.equals(dataKey)).toBe(true);
      }
    });
    expect(calls).toEqual({ 'kms:Decrypt': 2 });
  });

  test('need no call if they were created here', async () => {
    const { keys, made } = await createTwo();
    const calls = await control.callsOf(async () => {
      for (const { id, dataKey } of made) expect(await keys.open(id)).toEqual(dataKey);
    });
    expect(calls).toEqual({});
  });

  test('cannot be unwrapped for another path', async () => {
    const { keys, made } = await createTwo('/app/');
    const moved = new DataKeys(kms, {
      path: '/other/',
      encryptedWith: keyArn,
      dataKeys: keys.wrapped,
    });
    const failure = await failureOf(() => moved.open(made[0]?.id ?? ''));
    expect(failure.code).toBe('tampered');
  });

  test('cannot be unwrapped if they are under another key than encrypted_with', async () => {
    const { keys, made } = await createTwo();
    const encryptedWith = await aws.createKey();
    const other = new DataKeys(kms, { path: '/app/', encryptedWith, dataKeys: keys.wrapped });
    expect((await failureOf(() => other.open(made[0]?.id ?? ''))).code).toBe('key');
  });

  test.each([
    ['missing', {}],
    ['not base64', { '00000000': '!' }],
  ])('are reported by id if they are %s', async (_, dataKeys) => {
    const keys = new DataKeys(kms, { path: '/app/', encryptedWith: keyArn, dataKeys });
    const failure = await failureOf(() => keys.open('00000000'));
    expect(failure.code).toBe('tampered');
    expect(failure.message).toContain('00000000');
  });

  test('that somebody made too short are refused', async () => {
    const wrapped = await kms.encrypt(keyArn, Buffer.alloc(16), dataKeyContext('/app/'));
    const dataKeys = { '00000000': wrapped.wrapped.toString('base64') };
    const keys = new DataKeys(kms, { path: '/app/', encryptedWith: keyArn, dataKeys });
    const { code, message } = await failureOf(() => keys.open('00000000'));
    expect([code, message]).toEqual(['tampered', 'the data key 00000000 has 16 bytes']);
  });

  test('are bound to coffer and the path', () => {
    expect(dataKeyContext('/app/')).toEqual({ Client: 'coffer', Path: '/app/' });
  });
});

async function seal(name: string, text: string) {
  const { CiphertextBlob = new Uint8Array() } = await aws.kms.send(
    new EncryptCommand({
      KeyId: keyArn,
      Plaintext: Buffer.from(text),
      EncryptionContext: { Client: 'psyml', Name: name },
    }),
  );
  return Buffer.from(CiphertextBlob).toString('base64');
}

describe("psyml's ciphertext", () => {
  test('opens under the name in the manifest', async () => {
    expect(await openPsyml(kms, await seal('token', 'grün'), 'token')).toBe('grün');
  });

  test('does not open under another name, or if it is not base64', async () => {
    const ciphertext = await seal('token', 'x');
    expect((await failureOf(() => openPsyml(kms, ciphertext, 'other'))).code).toBe('tampered');
    expect((await failureOf(() => openPsyml(kms, `${ciphertext} `, 'token'))).code).toBe(
      'tampered',
    );
  });
});
