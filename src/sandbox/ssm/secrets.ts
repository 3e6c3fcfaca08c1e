import type { Call } from '../access.ts';
import type { Key } from '../kms/keyring.ts';
import { requireKey } from '../kms/permission.ts';
import { parameterArn } from '../names.ts';
import { Refusal } from '../refusal.ts';
import type { ParameterStore, Version } from './model.ts';

export const DEFAULT_KEY = 'alias/aws/ssm';

/** Encrypts for the caller, as SSM does: the caller needs the right to use the key. */
export function encryptValue(
  store: ParameterStore,
  call: Call,
  name: string,
  { value, keyId, tier }: { value: string; keyId: string; tier: Version['tier'] },
): string {
  return usingKey(keyId, () => {
    const key = store.ring.find(call.home, keyId, call.now);
    const action = tier === 'Advanced' ? 'kms:GenerateDataKey' : 'kms:Encrypt';
    const context = contextOf(call, name);
    requireKey(store.ring, call, action, key, { context, via: 'ssm' });
    return store.ring.encrypt(key, context, Buffer.from(value)).toString('base64');
  });
}

export function decryptValue(
  store: ParameterStore,
  call: Call,
  name: string,
  version: Version,
): string {
  const blob = Buffer.from(version.value, 'base64');
  return usingKey(version.keyId ?? DEFAULT_KEY, () => {
    const key: Key = store.ring.keyOf(call.home, blob, call.now);
    const context = contextOf(call, name);
    requireKey(store.ring, call, 'kms:Decrypt', key, { context, via: 'ssm' });
    return store.ring.decrypt(key, context, blob).toString();
  });
}

function contextOf(call: Call, name: string): Record<string, string> {
  return { PARAMETER_ARN: parameterArn(call.home, name) };
}

/** SSM returns KMS's refusals as InvalidKeyId, but a missing right unchanged. */
function usingKey<Result>(keyId: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Refusal) || error.code === 'AccessDeniedException') throw error;
    const why = error.message === '' ? `Invalid keyId ${keyId}` : error.message;
    throw new Refusal(
      'InvalidKeyId',
      `${why} (Service: AWSKMS; Status Code: 400; Error Code: ${error.code})`,
    );
  }
}
