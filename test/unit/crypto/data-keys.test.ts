import { describe, expect, test } from 'vitest';
import { EncryptCommand } from '@aws-sdk/client-kms';
import { commitOf } from '../../../src/crypto/commit.ts';
import { bindingOf, dataKeyContext, type Destination } from '../../../src/crypto/contexts.ts';
import { DataKeys, type WrappedDataKeys } from '../../../src/crypto/data-keys.ts';
import { openPsyml } from '../../../src/crypto/psyml.ts';
import { useAws } from '../../support/aws.ts';
import { controlOf } from '../../support/control.ts';
import { failureOf } from '../../support/failure.ts';
import { kmsOf } from '../../support/services.ts';

const aws = await useAws();
const kms = kmsOf(aws);
const control = controlOf(aws);
const keyArn = await aws.createKey();

const HERE: Destination = {
  path: '/app/',
  region: 'us-east-1',
  kmskey: 'alias/app',
  account: '111122223333',
};

/** The data keys of a manifest, with two created. */
async function createTwo(destination = HERE) {
  const keys = new DataKeys(kms, { destination, encryptedWith: keyArn, dataKeys: {} });
  const make = () => keys.create((context) => kms.generateDataKey(keyArn, context));
  return { keys, made: [await make(), await make()] };
}

describe('data keys', () => {
  test('get distinct ids, and are listed in order', async () => {
    const { keys, made } = await createTwo();
    const ids = made.map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^[a-f][0-9a-f]{7}$/);
    expect(Object.keys(keys.wrapped)).toEqual(ids.toSorted());
  });

  test('are unwrapped with one call each, however often they are used', async () => {
    const { keys, made } = await createTwo();
    const again = new DataKeys(kms, {
      destination: HERE,
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

  test.each<[string, Partial<Destination>]>([
    ['path', { path: '/other/' }],
    ['region', { region: 'eu-west-1' }],
    ['kmskey', { kmskey: 'alias/other' }],
    ['account', { account: '444455556666' }],
    ['account, which was taken away', { account: undefined }],
  ])('are refused by KMS for another %s, and the message says why', async (_, other) => {
    const { keys, made } = await createTwo();
    const destination = { ...HERE, ...other };
    const dataKeys = keys.wrapped;
    const moved = new DataKeys(kms, { destination, encryptedWith: keyArn, dataKeys });
    const failure = await failureOf(() => moved.open(made[0]?.id ?? ''));
    expect(failure.code).toBe('tampered');
    expect(failure.message).toMatch(
      /^kms:Decrypt .*another path, region, kmskey, account, secret or recovery$/,
    );
  });

  test('open alone under what their entry says of their author', async () => {
    const keys = new DataKeys(kms, { destination: HERE, encryptedWith: keyArn, dataKeys: {} });
    const { id } = await keys.create(
      (context) => kms.generateDataKey(keyArn, context),
      'write-only',
    );
    const [entry] = Object.values(keys.wrapped);
    expect(entry?.author).toBe('write-only');
    expect([keys.ids, keys.sharedIds]).toEqual([[id], []]);
    const { author: _, ...without } = entry ?? { key: '', binding: '', commit: '' };
    const stripped = new DataKeys(kms, {
      destination: HERE,
      encryptedWith: keyArn,
      dataKeys: { [id]: without },
    });
    expect((await failureOf(() => stripped.open(id))).code).toBe('tampered');
  });

  test('do not open in the place of one another', async () => {
    const { keys, made } = await createTwo();
    const [one = '', two = ''] = made.map(({ id }) => id);
    const { [one]: first, [two]: second } = keys.wrapped;
    if (!first || !second) throw new Error('two keys were made');
    const dataKeys = { [one]: { ...first, key: second.key } };
    const mixed = new DataKeys(kms, { destination: HERE, encryptedWith: keyArn, dataKeys });
    const failure = await failureOf(() => mixed.open(one));
    expect(failure.code).toBe('tampered');
    expect(failure.message).toContain('"commit"');
  });

  test('cannot be unwrapped if they are under another key than encrypted_with', async () => {
    const { keys, made } = await createTwo();
    const encryptedWith = await aws.createKey();
    const other = new DataKeys(kms, {
      destination: HERE,
      encryptedWith,
      dataKeys: keys.wrapped,
    });
    expect((await failureOf(() => other.open(made[0]?.id ?? ''))).code).toBe('key');
  });

  test.each<[string, WrappedDataKeys]>([
    ['missing', {}],
    ['not base64', { '00000000': { key: '!', binding: '', commit: '' } }],
  ])('are reported by id if they are %s', async (_, dataKeys) => {
    const keys = new DataKeys(kms, { destination: HERE, encryptedWith: keyArn, dataKeys });
    const failure = await failureOf(() => keys.open('00000000'));
    expect(failure.code).toBe('tampered');
    expect(failure.message).toContain('00000000');
  });

  test('that somebody made too short are refused', async () => {
    const wrapped = await kms.encrypt(keyArn, Buffer.alloc(16), dataKeyContext(HERE));
    const entry = { key: wrapped.wrapped.toString('base64'), binding: '', commit: '' };
    const dataKeys = { '00000000': entry };
    const keys = new DataKeys(kms, { destination: HERE, encryptedWith: keyArn, dataKeys });
    const { code, message } = await failureOf(() => keys.open('00000000'));
    expect([code, message]).toEqual(['tampered', 'the data key 00000000 has 16 bytes']);
  });

  test('are bound to coffer and where their secrets go; an absent setting has no pair', () => {
    expect(dataKeyContext(HERE, 'write-only')).toEqual({
      Client: 'coffer',
      Path: '/app/',
      Region: 'us-east-1',
      KmsKey: 'alias/app',
      Account: '111122223333',
      Author: 'write-only',
    });
    expect(dataKeyContext({ path: '/app/', region: 'us-east-1', kmskey: undefined })).toEqual({
      Client: 'coffer',
      Path: '/app/',
      Region: 'us-east-1',
    });
  });

  test('have a binding and a commit that others can compute', () => {
    // printf '%s' '{"Client":"coffer","Path":"/app/","Region":"us-east-1"}' | sha256sum
    expect(bindingOf({ Region: 'us-east-1', Path: '/app/', Client: 'coffer' })).toBe('e9975e19');
    // HKDF-SHA256 of 32 bytes 0x07 without salt, info "coffer/v1 commit".
    expect(commitOf(Buffer.alloc(32, 7))).toBe('guHqyuv46Pklsg4Ms9kpwlso1bp8JCB0z7NVPRm6Zuc=');
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
