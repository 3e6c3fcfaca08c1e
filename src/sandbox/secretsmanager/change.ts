import type { Call } from '../access.ts';
import { requestTags } from '../iam/facts.ts';
import type { Fields } from '../json/fields.ts';
import type { Handlers } from '../json/service.ts';
import { Refusal } from '../refusal.ts';
import { changeable, checkName, namedTags } from './lookup.ts';
import { invalidParameter, invalidRequest } from './lookup.ts';
import { newArn } from './model.ts';
import type { Secret, SecretStore, Version } from './model.ts';
import { addReplicas, readReplicas, replicationStatus, saveWithReplicas } from './replicas.ts';
import { readTags } from './tags.ts';
import { DEFAULT_KEY, readValue, requireKeyAccess } from './values.ts';
import { CURRENT, moveStage, reencrypted, tokenOf, withVersion } from './versions.ts';

export const changeHandlers: Handlers<SecretStore> = {
  CreateSecret(store, input, call) {
    const name = input.text('Name', { min: 1, max: 512 });
    checkName(name);
    const tags = readTags(input);
    const replicas = readReplicas(input, { min: 0 });
    const value = readValue(input);
    const { description, keyId } = readDetails(input);
    const id = tokenOf(input);
    const { home } = call;
    const arn = newArn(home, name);
    const asked = requestTags(namedTags(tags));
    call.require('secretsmanager:CreateSecret', arn, asked);
    if (tags.length > 0) call.require('secretsmanager:TagResource', arn, asked);
    if (replicas.length > 0) call.require('secretsmanager:ReplicateSecretToRegions', arn, asked);
    const repeated = requireFree(store, call, name, id);
    if (repeated !== undefined) {
      if (value !== undefined) withVersion(store, call, repeated, { id, value });
      return created(repeated, value && id);
    }
    let secret: Secret = {
      ...home,
      name,
      arn,
      ...(description === undefined ? {} : { description }),
      ...(keyId === undefined ? {} : { keyId }),
      tags,
      versions: [],
      createdAt: call.now,
      changedAt: call.now,
      replicas: [],
    };
    requireKeyAccess(store, call, secret);
    if (value !== undefined) secret = withVersion(store, call, secret, { id, value });
    return created(addReplicas(store, call, secret, replicas, input), value && id);
  },

  PutSecretValue(store, input, call) {
    const value = readValue(input);
    const id = tokenOf(input);
    const stages = input.texts('VersionStages', { min: 0, max: 20 }, { min: 1, max: 256 });
    const secret = changeable(store, input, call, 'PutSecretValue');
    if (value === undefined) {
      throw invalidRequest('You must provide either SecretString or SecretBinary.');
    }
    const given = stages.length > 0 ? { stages } : {};
    const changed = withVersion(store, call, secret, { id, value, ...given });
    if (changed !== secret) saveWithReplicas(store, call, changed);
    const version = changed.versions.find((each) => each.id === id);
    return { ARN: secret.arn, Name: secret.name, VersionId: id, VersionStages: version?.stages };
  },

  UpdateSecret(store, input, call) {
    const value = readValue(input);
    const id = tokenOf(input);
    const details = readDetails(input);
    const secret = changeable(store, input, call, 'UpdateSecret');
    let changed: Secret = { ...secret, ...details, changedAt: call.now };
    // An empty KmsKeyId asks for AWS's own key.
    if (input.has('KmsKeyId') && details.keyId === undefined) delete changed.keyId;
    if (changed.keyId !== secret.keyId) {
      requireKeyAccess(store, call, changed);
      changed = reencrypted(store, call, changed);
    }
    if (value !== undefined) changed = withVersion(store, call, changed, { id, value });
    saveWithReplicas(store, call, changed);
    return { ARN: secret.arn, Name: secret.name, VersionId: value && id };
  },

  UpdateSecretVersionStage(store, input, call) {
    const label = input.text('VersionStage', { min: 1, max: 256 });
    const from = input.optionalText('RemoveFromVersionId');
    const to = input.optionalText('MoveToVersionId');
    const secret = changeable(store, input, call, 'UpdateSecretVersionStage');
    checkMove(secret.versions, { label, from, to });
    const versions = moveStage(secret.versions, label, to);
    saveWithReplicas(store, call, { ...secret, versions, changedAt: call.now });
    return { ARN: secret.arn, Name: secret.name };
  },
};

function readDetails(input: Fields): Pick<Secret, 'description' | 'keyId'> {
  const description = input.optionalText('Description', { max: 2048 });
  const keyId = input.optionalText('KmsKeyId', { max: 2048 });
  return {
    ...(description === undefined ? {} : { description }),
    ...(keyId && keyId !== DEFAULT_KEY ? { keyId } : {}),
  };
}

/** Refuses a name that is taken, unless an earlier try of the same request took it. */
function requireFree(store: SecretStore, call: Call, name: string, id: string): Secret | undefined {
  const existing = store.get(call.home, name, call.now);
  if (existing?.deletion !== undefined || store.isStillTaken(call.home, name)) {
    throw invalidRequest(
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
    );
  }
  if (existing === undefined) return undefined;
  const isRepeated = existing.versions.some((version) => version.id === id);
  if (isRepeated && existing.primaryRegion === undefined) return existing;
  throw new Refusal(
    'ResourceExistsException',
    `The operation failed because the secret ${name} already exists.`,
  );
}

function created(secret: Secret, versionId: string | undefined): object {
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: versionId,
    ReplicationStatus: secret.replicas.length > 0 ? replicationStatus(secret) : undefined,
  };
}

function checkMove(
  versions: readonly Version[],
  { label, from, to }: { label: string; from: string | undefined; to: string | undefined },
): void {
  const holder = versions.find(({ stages }) => stages.includes(label));
  if (label === CURRENT && to === undefined) {
    throw invalidParameter(
      "You can only move staging label AWSCURRENT to a different secret version. It can't be completely removed.",
    );
  }
  if (to !== undefined && !versions.some(({ id }) => id === to)) {
    throw new Refusal(
      'ResourceNotFoundException',
      `Secrets Manager can't find the specified secret value for VersionId: ${to}`,
    );
  }
  if (from === undefined) {
    if (to === undefined) {
      throw invalidParameter('You must provide either MoveToVersionId or RemoveFromVersionId.');
    }
    if (holder === undefined || holder.id === to) return;
    throw invalidParameter(
      `The parameter RemoveFromVersionId can't be empty. Staging label ${label} is currently attached to version ${holder.id}, so you must explicitly reference that version in RemoveFromVersionId.`,
    );
  }
  if (holder?.id !== from) {
    throw invalidParameter(
      `The parameter RemoveFromVersionId is invalid: staging label ${label} is not attached to version ${from}.`,
    );
  }
}
