import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { expect, test } from 'vitest';
import { decryptWithAge, encryptForAge, readIdentities } from '../../../src/crypto/age.ts';
import { bindingOf, dataKeyContext } from '../../../src/crypto/contexts.ts';
import { isForOtherList } from '../../../src/crypto/data-keys.ts';
import {
  fingerprintOf,
  readPayload,
  recoveryDigest,
  renderPayload,
} from '../../../src/crypto/recovery.ts';
import { failureOf } from '../../support/failure.ts';

const KMS = 'arn:aws:kms:eu-west-1:111122223333:key/12345678-1234-1234-1234-123456789012';
const AGE = 'age1vyjvunjzj0g4qgc380jvxznjdz6u2akhetes0352l0pphyxaw47sys5e7r';
const HERE = { path: '/app/', region: 'us-east-1', kmskey: 'alias/app' };

const bound = (recipients: string[]) =>
  dataKeyContext({ ...HERE, recovery: recoveryDigest(recipients) });

test('the digest of a list is that of its sorted JSON, whatever its order', () => {
  // printf '["age1…","arn:…"]' | sha256sum
  expect(recoveryDigest([KMS, AGE])).toBe('6f2e333f52f17c9c37d98956a03457d5');
  expect(recoveryDigest([AGE, KMS])).toBe(recoveryDigest([KMS, AGE]));
  expect(recoveryDigest([AGE])).toBe('08f65456bab61f9545d2c23c16b42f1e');
  expect(recoveryDigest([])).toBeUndefined();
  expect(fingerprintOf(AGE)).toBe('781e-cdc3-d82a-d96b');
});

test('the payload for age has one form', () => {
  const context = dataKeyContext({ ...HERE, recovery: recoveryDigest([AGE]) }, 'write-only');
  const key = Buffer.alloc(32, 1);
  const text = renderPayload(context, key);
  expect(text).toBe(
    '{"v":1,"context":{"Author":"write-only","Client":"coffer","KmsKey":"alias/app","Path":"/app/","Recovery":"08f65456bab61f9545d2c23c16b42f1e","Region":"us-east-1"},"key":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="}',
  );
  expect(readPayload(Buffer.from(text), context)).toEqual(key);
});

test('an identity opens what was encrypted for its recipient, and nothing else', async () => {
  const [secret, other] = [await generateX25519Identity(), await generateX25519Identity()];
  const recipient = await identityToRecipient(secret);
  const sealed = await encryptForAge(recipient, 'payload');
  const [identity] = await readIdentities(`# a comment\r\n\r\n  ${secret}\r\n`, 'safe.txt');
  if (!identity) throw new Error('one identity was written');
  expect(identity.recipient).toBe(recipient);
  expect((await decryptWithAge(identity, sealed)).toString()).toBe('payload');
  const [stranger] = await readIdentities(other, 'other.txt');
  if (!stranger) throw new Error('one identity was written');
  expect((await failureOf(() => decryptWithAge(stranger, sealed))).code).toBe('tampered');
});

test.each([
  ['an empty file', ''],
  ['a passphrase-encrypted file', 'age-encryption.org/v1\n-> scrypt x 18\n'],
  ['a plugin', 'AGE-PLUGIN-YUBIKEY-1QQQQQQQQ'],
  ['an identity with a typo', `AGE-SECRET-KEY-1${'Q'.repeat(58)}`],
])('%s holds no identity, and is never quoted', async (_, text) => {
  const failure = await failureOf(() => readIdentities(text, 'safe.txt'));
  expect(failure.code).toBe('usage');
  for (const line of text.split('\n').filter(Boolean)) expect(failure.message).not.toContain(line);
});

test('a key that was made for those whom it is wrapped for shows that the list changed', () => {
  const made = { binding: bindingOf(bound([AGE])), recovery: { [AGE]: 'x' } };
  expect(isForOtherList(made, bound([AGE]))).toBe(false);
  expect(isForOtherList(made, bound([AGE, KMS]))).toBe(true);
  expect(isForOtherList(made, bound([]))).toBe(true);
  expect(isForOtherList(made, { ...bound([AGE]), Path: '/other/' })).toBe(false);
  const without = { binding: bindingOf(bound([])), recovery: undefined };
  expect(isForOtherList(without, bound([AGE]))).toBe(true);
});
