import type { Call } from '../access.ts';
import type { Fields } from '../json/fields.ts';
import { requireKey } from '../kms/permission.ts';
import type { Home } from '../names.ts';
import { broken, Refusal } from '../refusal.ts';
import { invalidParameter } from './lookup.ts';
import type { Secret, SecretStore, Version } from './model.ts';

export const DEFAULT_KEY = 'alias/aws/secretsmanager';
const MAX_VALUE = 65_536;
/** The version that AWS names when it only tries whether a key can be used. */
const TRIAL = 'RequestToValidateKeyAccess';

/** The value of a request: the bytes of a SecretString or a SecretBinary. */
export interface Value {
  bytes: Buffer;
  isText: boolean;
}

export function readValue(input: Fields): Value | undefined {
  const isText = input.has('SecretString');
  if (isText && input.has('SecretBinary')) {
    throw invalidParameter(
      "You can't specify both a binary secret value and a string secret value in the same secret.",
    );
  }
  if (input.has('SecretBinary')) {
    return { bytes: input.blob('SecretBinary', { min: 1, max: MAX_VALUE }), isText };
  }
  if (!isText) return undefined;
  const bytes = Buffer.from(input.text('SecretString', { min: 1, secret: true }));
  if (bytes.length <= MAX_VALUE) return { bytes, isText };
  const limit = `Member must have length less than or equal to ${MAX_VALUE}`;
  throw broken('SecretString', undefined, limit);
}

type Sealed = Pick<Version, 'sealed' | 'isText' | 'keyId'>;
type Owner = Pick<Secret, 'arn' | 'region' | 'keyId'>;

/** Encrypts for the caller, as Secrets Manager does: the caller needs the right to use the key. */
export function seal(
  store: SecretStore,
  call: Call,
  owner: Owner,
  versionId: string,
  { bytes, isText }: Value,
): Sealed {
  const { key, context } = keyFor(store, call, owner, versionId);
  const sealed = usingKey('encrypt', () => store.ring.encrypt(key, context, bytes));
  return { sealed: sealed.toString('base64'), isText, keyId: owner.keyId ?? DEFAULT_KEY };
}

/** Refuses a caller who could not encrypt a value of the secret. */
export function requireKeyAccess(store: SecretStore, call: Call, owner: Owner): void {
  keyFor(store, call, owner, TRIAL);
}

function keyFor(store: SecretStore, call: Call, owner: Owner, versionId: string) {
  return usingKey('encrypt', () => {
    const key = store.ring.find(homeOf(call, owner), owner.keyId ?? DEFAULT_KEY, call.now);
    const context = contextOf(owner, versionId);
    for (const action of ['kms:GenerateDataKey', 'kms:Decrypt']) {
      requireKey(store.ring, call, action, key, { context, via: 'secretsmanager' });
    }
    return { key, context };
  });
}

/** Decrypts for the caller. */
export function open(store: SecretStore, call: Call, secret: Owner, version: Version): Value {
  const blob = Buffer.from(version.sealed, 'base64');
  return usingKey('decrypt', () => {
    const key = store.ring.keyOf(homeOf(call, secret), blob, call.now);
    const context = contextOf(secret, version.id);
    requireKey(store.ring, call, 'kms:Decrypt', key, { context, via: 'secretsmanager' });
    return { bytes: store.ring.decrypt(key, context, blob), isText: version.isText };
  });
}

/** A replica is in another region than the call for its primary. */
function homeOf({ home }: Call, { region }: Owner): Home {
  return { ...home, region };
}

function contextOf({ arn }: Owner, versionId: string): Record<string, string> {
  return { SecretARN: arn, SecretVersionId: versionId };
}

/** Secrets Manager names no cause of KMS but a missing right. */
function usingKey<Result>(verb: 'encrypt' | 'decrypt', work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.code === 'AccessDeniedException') {
      throw new Refusal(error.code, 'Access to KMS is not allowed');
    }
    throw new Refusal(
      verb === 'encrypt' ? 'EncryptionFailure' : 'DecryptionFailure',
      `Secrets Manager can't ${verb} the protected secret text using the provided KMS key. Check that the KMS key is available, enabled, and not in an invalid state.`,
    );
  }
}
