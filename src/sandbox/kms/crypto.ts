import { randomBytes } from 'node:crypto';

import type { Call } from '../access.ts';
import type { Fields } from '../json/fields.ts';
import type { Handlers } from '../json/service.ts';
import { invalid, Refusal } from '../refusal.ts';
import type { Context } from './envelope.ts';
import type { Key, KeyRing } from './keyring.ts';
import { keyIdOf } from './keys.ts';
import { requireKey } from './permission.ts';

const ALGORITHM = 'SYMMETRIC_DEFAULT';

export const cryptoHandlers: Handlers<KeyRing> = {
  Encrypt(ring, input, call) {
    const plaintext = input.blob('Plaintext', { min: 1, max: 4096 });
    const context = contextOf(input, 'EncryptionContext');
    requireAlgorithm(input, 'EncryptionAlgorithm');
    const key = ring.find(call.home, keyIdOf(input), call.now);
    requireKey(ring, call, 'kms:Encrypt', key, { context });
    const blob = ring.encrypt(key, context, plaintext);
    return { CiphertextBlob: base64(blob), KeyId: key.arn, EncryptionAlgorithm: ALGORITHM };
  },

  Decrypt(ring, input, call) {
    const blob = input.blob('CiphertextBlob', { min: 1, max: 6144 });
    const context = contextOf(input, 'EncryptionContext');
    requireAlgorithm(input, 'EncryptionAlgorithm');
    const keyId = input.optionalText('KeyId', { min: 1, max: 2048 });
    const key = sourceKey(ring, call, blob, keyId);
    const isByCiphertext = keyId === undefined;
    requireKey(ring, call, 'kms:Decrypt', key, { context, isByCiphertext });
    const plaintext = ring.decrypt(key, context, blob);
    return { Plaintext: base64(plaintext), KeyId: key.arn, EncryptionAlgorithm: ALGORITHM };
  },

  GenerateDataKey(ring, input, call) {
    const { plaintext, blob, key } = dataKey(ring, input, call, 'kms:GenerateDataKey');
    return { Plaintext: base64(plaintext), CiphertextBlob: base64(blob), KeyId: key.arn };
  },

  GenerateDataKeyWithoutPlaintext(ring, input, call) {
    const { blob, key } = dataKey(ring, input, call, 'kms:GenerateDataKeyWithoutPlaintext');
    return { CiphertextBlob: base64(blob), KeyId: key.arn };
  },

  GenerateRandom(_ring, input, call) {
    call.require('kms:GenerateRandom', '*');
    const length = input.integer('NumberOfBytes', { min: 1, max: 1024 });
    if (length === undefined) throw invalid('NumberOfBytes is required.');
    return { Plaintext: base64(randomBytes(length)) };
  },

  ReEncrypt(ring, input, call) {
    const blob = input.blob('CiphertextBlob', { min: 1, max: 6144 });
    const from = contextOf(input, 'SourceEncryptionContext');
    const to = contextOf(input, 'DestinationEncryptionContext');
    requireAlgorithm(input, 'SourceEncryptionAlgorithm');
    requireAlgorithm(input, 'DestinationEncryptionAlgorithm');
    const destination = input.text('DestinationKeyId', { min: 1, max: 2048 });
    const sourceId = input.optionalText('SourceKeyId', { min: 1, max: 2048 });
    const source = sourceKey(ring, call, blob, sourceId);
    const isByCiphertext = sourceId === undefined;
    requireKey(ring, call, 'kms:ReEncryptFrom', source, { context: from, isByCiphertext });
    const target = ring.find(call.home, destination, call.now);
    requireKey(ring, call, 'kms:ReEncryptTo', target, { context: to });
    const sealed = ring.encrypt(target, to, ring.decrypt(source, from, blob));
    return {
      CiphertextBlob: base64(sealed),
      SourceKeyId: source.arn,
      KeyId: target.arn,
      SourceEncryptionAlgorithm: ALGORITHM,
      DestinationEncryptionAlgorithm: ALGORITHM,
    };
  },
};

function dataKey(
  ring: KeyRing,
  input: Fields,
  call: Call,
  action: string,
): { plaintext: Buffer; blob: Buffer; key: Key } {
  const spec = input.optionalText('KeySpec', { oneOf: ['AES_256', 'AES_128'] });
  const bytes = input.integer('NumberOfBytes', { min: 1, max: 1024 });
  if ((spec === undefined) === (bytes === undefined)) {
    throw invalid('Please specify either number of bytes or key spec.');
  }
  const context = contextOf(input, 'EncryptionContext');
  const key = ring.find(call.home, keyIdOf(input), call.now);
  requireKey(ring, call, action, key, { context });
  const plaintext = randomBytes(bytes ?? (spec === 'AES_256' ? 32 : 16));
  return { plaintext, blob: ring.encrypt(key, context, plaintext), key };
}

function sourceKey(ring: KeyRing, call: Call, blob: Buffer, named: string | undefined): Key {
  const expected = named === undefined ? undefined : ring.find(call.home, named, call.now);
  const key = ring.keyOf(call.home, blob, call.now);
  if (expected !== undefined && expected.id !== key.id) {
    throw new Refusal(
      'IncorrectKeyException',
      'The key ID in the request does not identify a CMK that can perform this operation.',
    );
  }
  return key;
}

function contextOf(input: Fields, name: string): Context {
  const context = input.map(name);
  const size = Buffer.byteLength(JSON.stringify(context));
  if (size > 8192) throw invalid('The encryption context is larger than 8192 bytes.');
  if (Object.hasOwn(context, '')) throw invalid('Encryption context keys must not be empty.');
  return context;
}

function requireAlgorithm(input: Fields, name: string): void {
  input.optionalText(name, { oneOf: [ALGORITHM] });
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64');
}
