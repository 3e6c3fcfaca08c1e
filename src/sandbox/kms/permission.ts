import type { Call } from '../access.ts';
import { resourceTags, type Facts } from '../iam/facts.ts';
import type { Context } from './envelope.ts';
import type { Key, KeyRing } from './keyring.ts';
import { guardOf } from './policy.ts';
import { namedTags } from './tags.ts';

/** The use of a key. */
interface Use {
  context?: Context;
  /** The service that calls KMS for the caller. */
  via?: 's3' | 'secretsmanager' | 'ssm';
  /** What the request says of tags. */
  tags?: Facts;
  /** The request names no key, only a ciphertext. */
  isByCiphertext?: boolean;
}

/** Refuses a caller who may not do `action` with a key, by the key's policy and the caller's. */
export function requireKey(
  ring: KeyRing,
  call: Call,
  action: string,
  key: Key,
  use: Use = {},
): void {
  const shown = use.isByCiphertext ? 'the resource associated with this ciphertext' : undefined;
  call.require(action, key.arn, factsOf(ring, key, use), guardOf(key, shown));
}

/** The values of condition keys: see document.ts. */
function factsOf(ring: KeyRing, key: Key, { context = {}, via, tags = {} }: Use): Facts {
  const entries = Object.entries(context);
  return {
    ...resourceTags(namedTags(key.tags)),
    ...tags,
    ...Object.fromEntries(
      entries.map(([name, value]) => [`kms:encryptioncontext:${name.toLowerCase()}`, [value]]),
    ),
    'kms:encryptioncontextkeys': entries.map(([name]) => name),
    'kms:resourcealiases': ring.aliasesOf(key).map(({ name }) => name),
    'kms:viaservice': via === undefined ? [] : [`${via}.${key.region}.amazonaws.com`],
  };
}
