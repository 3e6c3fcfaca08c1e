import type { Call } from '../access.ts';
import type { Fields } from '../json/fields.ts';
import type { Handlers } from '../json/service.ts';
import { Refusal } from '../refusal.ts';
import { changeable, invalidParameter } from './lookup.ts';
import type { Replica, Secret, SecretStore, Version } from './model.ts';
import { DEFAULT_KEY, open, seal } from './values.ts';

const REGION = /^[a-z]{2}(?:-[a-z]+)+-\d+$/;

export const replicaHandlers: Handlers<SecretStore> = {
  ReplicateSecretToRegions(store, input, call) {
    const added = readReplicas(input, { min: 1 });
    const secret = changeable(store, input, call, 'ReplicateSecretToRegions');
    const saved = addReplicas(store, call, secret, added, input);
    return { ARN: saved.arn, ReplicationStatus: replicationStatus(saved) };
  },

  RemoveRegionsFromReplication(store, input, call) {
    const regions = input.texts('RemoveReplicaRegions', { min: 1, max: 100 }, { pattern: REGION });
    const secret = changeable(store, input, call, 'RemoveRegionsFromReplication');
    const unknown = regions.find((name) => !secret.replicas.some(({ region }) => region === name));
    if (unknown !== undefined) {
      throw invalidParameter(`The secret has no replica in the region ${unknown}.`);
    }
    for (const region of regions) {
      const home = { account: secret.account, region };
      if (isReplica(store.get(home, secret.name, call.now), secret)) {
        store.delete(home, secret.name);
      }
    }
    const replicas = secret.replicas.filter(({ region }) => !regions.includes(region));
    const saved = saveWithReplicas(store, call, { ...secret, replicas });
    return { ARN: saved.arn, ReplicationStatus: replicationStatus(saved) };
  },
};

export function readReplicas(input: Fields, { min }: { min: number }): Replica[] {
  return input.objects('AddReplicaRegions', { min, max: 100 }).map((each) => {
    const region = each.text('Region', { min: 1, max: 128, pattern: REGION });
    const keyId = each.optionalText('KmsKeyId', { max: 2048 });
    return { region, ...(keyId ? { keyId } : {}), status: 'InSync' };
  });
}

/** Saves a secret with new replicas. */
export function addReplicas(
  store: SecretStore,
  call: Call,
  secret: Secret,
  added: readonly Replica[],
  input: Fields,
): Secret {
  const overwrite = input.flag('ForceOverwriteReplicaSecret');
  const regions = new Set(added.map(({ region }) => region));
  if (regions.has(secret.region) || regions.size < added.length) {
    throw invalidParameter('Invalid replica region.');
  }
  const kept = secret.replicas.filter(({ region }) => !regions.has(region));
  return saveWithReplicas(store, call, { ...secret, replicas: [...kept, ...added] }, { overwrite });
}

/** Saves a secret, and copies it to the regions of its replicas. */
export function saveWithReplicas(
  store: SecretStore,
  call: Call,
  secret: Secret,
  { overwrite = false } = {},
): Secret {
  const replicas = secret.replicas.map((replica): Replica => {
    const { message: _, ...known } = replica;
    const home = { account: secret.account, region: replica.region };
    const there = store.get(home, secret.name, call.now);
    if (there !== undefined && !isReplica(there, secret) && !overwrite) {
      const message = `Replication failed: Secret name ${secret.name} already exists in region ${replica.region}.`;
      return { ...known, status: 'Failed', message };
    }
    try {
      store.save(copyOf(store, call, secret, replica, there));
      return { ...known, status: 'InSync' };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { ...known, status: 'Failed', message: `Replication failed: ${error.message}` };
    }
  });
  const saved = { ...secret, replicas };
  store.save(saved);
  return saved;
}

function copyOf(
  store: SecretStore,
  call: Call,
  secret: Secret,
  { region, keyId }: Replica,
  there: Secret | undefined,
): Secret {
  const arn = secret.arn.replace(`:${secret.region}:`, `:${region}:`);
  const owner = { arn, region, ...(keyId === undefined ? {} : { keyId }) };
  const versions = secret.versions.map((version): Version => {
    const held = there?.arn === arn && there.versions.find(({ id }) => id === version.id);
    const isHeld = held && held.keyId === (keyId ?? DEFAULT_KEY);
    const sealed = isHeld
      ? held
      : seal(store, call, owner, version.id, open(store, call, secret, version));
    return { ...version, sealed: sealed.sealed, keyId: sealed.keyId };
  });
  const { keyId: _, accessedAt: __, ...details } = secret;
  return { ...details, ...owner, versions, replicas: [], primaryRegion: secret.region };
}

function isReplica(there: Secret | undefined, secret: Secret): boolean {
  return there?.primaryRegion === secret.region;
}

export function replicationStatus({ replicas }: Secret): object[] {
  return replicas.map(({ region, keyId = DEFAULT_KEY, status, message }) => ({
    Region: region,
    KmsKeyId: keyId,
    Status: status,
    StatusMessage: message,
  }));
}
