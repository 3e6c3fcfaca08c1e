import type { Call } from '../access.ts';
import type { Fields } from '../json/fields.ts';
import { Refusal } from '../refusal.ts';
import { invalidParameter, invalidRequest } from './lookup.ts';
import type { Secret, SecretStore, Version } from './model.ts';
import { open, seal } from './values.ts';
import type { Value } from './values.ts';

export const CURRENT = 'AWSCURRENT';
const PREVIOUS = 'AWSPREVIOUS';
const MAX_HIDDEN = 100;
const MAX_STAGES = 20;
const DAY = 86_400_000;

/** The id of a version to make; a repeated request has the same. */
export function tokenOf(input: Fields): string {
  const token = input.optionalText('ClientRequestToken');
  if (token === undefined) {
    throw invalidRequest(
      'You must provide a ClientRequestToken value. We recommend a UUID-type value.',
    );
  }
  if (token.length < 32 || token.length > 64) {
    throw invalidParameter('ClientRequestToken must be 32-64 characters long.');
  }
  return token;
}

/**
 * The secret with a version of this id, labelled if it is new. A version that has the same content
 * is left as it is, labels included; one that has other content is a refusal.
 */
export function withVersion(
  store: SecretStore,
  call: Call,
  secret: Secret,
  { id, value, stages = [CURRENT] }: { id: string; value: Value; stages?: readonly string[] },
): Secret {
  const existing = secret.versions.find((version) => version.id === id);
  if (existing !== undefined) {
    const held = open(store, call, secret, existing);
    if (held.isText === value.isText && held.bytes.equals(value.bytes)) return secret;
    throw new Refusal(
      'ResourceExistsException',
      `You can't use ClientRequestToken ${id} because that value is already in use for a version of secret ${secret.arn}.`,
    );
  }
  const added = { id, stages: [], createdAt: call.now, ...seal(store, call, secret, id, value) };
  const isFirst = !secret.versions.some((version) => version.stages.includes(CURRENT));
  const labels = isFirst ? [...new Set([CURRENT, ...stages])] : stages;
  let versions: readonly Version[] = [...secret.versions, added];
  for (const label of labels) versions = moveStage(versions, label, id);
  return { ...secret, versions: withoutOldest(versions, call.now), changedAt: call.now };
}

/** Moves a label to a version, or from all; AWSPREVIOUS follows AWSCURRENT. */
export function moveStage(
  versions: readonly Version[],
  label: string,
  to: string | undefined,
): readonly Version[] {
  const holder = versions.find((version) => version.stages.includes(label));
  if (holder !== undefined && holder.id === to) return versions;
  const moved = versions.map((version) => {
    const stages = version.stages.filter((stage) => stage !== label);
    if (version.id === to) stages.push(label);
    if (stages.length > MAX_STAGES) {
      throw new Refusal(
        'LimitExceededException',
        `A version can have at most ${MAX_STAGES} staging labels.`,
      );
    }
    return { ...version, stages };
  });
  return label === CURRENT && holder !== undefined ? moveStage(moved, PREVIOUS, holder.id) : moved;
}

/** Of the versions without labels, AWS keeps a hundred, and those of the last day. */
function withoutOldest(versions: readonly Version[], now: number): readonly Version[] {
  const hidden = versions.filter(({ stages }) => stages.length === 0);
  const doomed = new Set(
    hidden
      .slice(0, Math.max(0, hidden.length - MAX_HIDDEN))
      .filter(({ createdAt }) => now - createdAt > DAY),
  );
  return versions.filter((version) => !doomed.has(version));
}

/** The labels whose versions are encrypted anew when the secret's key changes. */
const REENCRYPTED = new Set([CURRENT, PREVIOUS, 'AWSPENDING']);

/** The secret's labelled versions under its present key, where the caller may use both keys. */
export function reencrypted(store: SecretStore, call: Call, secret: Secret): Secret {
  const versions = secret.versions.map((version) => {
    if (!version.stages.some((stage) => REENCRYPTED.has(stage))) return version;
    try {
      const value = open(store, call, secret, version);
      return { ...version, ...seal(store, call, secret, version.id, value) };
    } catch (error) {
      if (error instanceof Refusal && error.code === 'AccessDeniedException') return version;
      throw error;
    }
  });
  return { ...secret, versions };
}
