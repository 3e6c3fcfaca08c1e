import pMap from 'p-map';
import { isOwnVersion } from '../../crypto/version-id.ts';
import type { Tags } from '../../manifest/model.ts';
import type { Actual, ActualState, Desired } from '../model.ts';
import type { ReadRequest } from '../port.ts';
import type { SecretsManager } from './client.ts';
import type { Secret } from './model.ts';

/** What reading needs. */
export interface SecretServices {
  secrets: SecretsManager;
  /** The ARN of a named KMS key; `undefined` if the key does not exist. */
  keyArn: (keyId: string) => Promise<string | undefined>;
  concurrency: number;
  /** Milliseconds since 1970. */
  now: () => number;
}

/** From this many secrets on, listing them costs fewer calls than describing each. */
export const LISTED_FROM = 50;
/** For how long a listing may not show a change. */
const LAG_MS = 5 * 60_000;

/**
 * Reads what Secrets Manager has for one manifest; no value, so that nothing is decrypted. What a
 * listing shows may be minutes old: it counts only where nothing is to do.
 */
export async function readSecrets(
  { path, names, wanted, extras, differs }: ReadRequest,
  { secrets, keyArn, concurrency, now }: SecretServices,
): Promise<ActualState> {
  const prefix = path.slice(1);
  const isListed = extras || names.length >= LISTED_FROM;
  const [listed, desired] = await Promise.all([
    isListed ? secrets.list(prefix) : new Map<string, Secret>(),
    wanted,
  ]);
  const parameters = new Map<string, Actual>();
  const tags = new Map<string, Tags>();
  const take = (secret: Secret, actual: Actual) => {
    parameters.set(secret.name, actual);
    tags.set(secret.name, secret.tags);
  };
  const isSure = (secret: Secret, actual: Actual, item: Desired) =>
    secret.changed !== undefined &&
    now() - secret.changed.getTime() > LAG_MS &&
    !secret.isReplicated &&
    !differs(item, actual, secret.tags);
  await pMap(
    desired,
    async (item) => {
      const shown = listed.get(item.name);
      if (shown && isSure(shown, toActual(shown), item)) return take(shown, toActual(shown));
      const secret = await secrets.describe(item.name);
      if (secret) take(secret, await withKey(toActual(secret), item, keyArn));
    },
    { concurrency },
  );
  const own = new Set(names);
  for (const secret of extras ? listed.values() : []) {
    if (!own.has(secret.name) && !secret.deleted) take(secret, toActual(secret));
  }
  return { parameters, objects: new Map(), tags };
}

function toActual(secret: Secret): Actual {
  const { name, description, keyId, current, replicas, isRotated, deleted } = secret;
  return {
    name,
    type: 'Secret',
    description,
    keyId,
    version: current ?? 'without a value',
    modified: secret.changed,
    secret: {
      versionId: current,
      note: noteOf(secret),
      replicas,
      isRotated,
      deletion: deleted?.toISOString().slice(0, 10),
    },
  };
}

/** Why the current version is not one that coffer wrote. */
function noteOf({ current, isRotated }: Secret): string | undefined {
  if (current === undefined || isOwnVersion(current)) return undefined;
  return isRotated ? 'changed outside, AWS rotates it' : 'changed outside';
}

/** Secrets Manager may show the key itself where the manifest names its alias. */
async function withKey(
  actual: Actual,
  { keyId }: Desired,
  keyArn: SecretServices['keyArn'],
): Promise<Actual> {
  if (!keyId || !actual.keyId || !isAlias(keyId) || isAlias(actual.keyId)) return actual;
  const arn = await keyArn(keyId);
  const isSame = arn === actual.keyId || arn?.endsWith(`/${actual.keyId}`);
  return isSame ? { ...actual, keyId } : actual;
}

function isAlias(keyId: string): boolean {
  return /^(?:arn:.*:)?alias\//.test(keyId);
}
