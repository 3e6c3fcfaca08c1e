import type { Call } from '../access.ts';
import type { Fields } from '../json/fields.ts';
import { page } from '../json/paging.ts';
import { seconds } from '../json/service.ts';
import type { Handlers } from '../json/service.ts';
import { Refusal } from '../refusal.ts';
import { compareUtf8 } from '../state/store.ts';
import { readFilters } from './filters.ts';
import { invalidParameter, invalidRequest } from './lookup.ts';
import { permitted, permittedId, requireNotDeleted, usable } from './lookup.ts';
import type { Secret, SecretStore, Version } from './model.ts';
import { replicationStatus } from './replicas.ts';
import { DEFAULT_KEY, open } from './values.ts';
import { CURRENT } from './versions.ts';

const DAY = 86_400_000;
const MAX_BATCH = 20;

export const readHandlers: Handlers<SecretStore> = {
  GetSecretValue(store, input, call) {
    const versionId = input.optionalText('VersionId');
    const stage = input.optionalText('VersionStage', { min: 1, max: 256 });
    const secret = usable(store, input, call, 'GetSecretValue');
    return valueOf(store, call, secret, select(secret, versionId, stage));
  },

  BatchGetSecretValue(store, input, call) {
    const ids = input.texts('SecretIdList', { min: 0, max: MAX_BATCH }, { min: 1, max: 2048 });
    const size = input.integer('MaxResults', { min: 1, max: MAX_BATCH });
    call.require('secretsmanager:BatchGetSecretValue', '*');
    if (ids.length > 0 === input.has('Filters')) {
      throw invalidParameter('You must include either Filters or SecretIdList, but not both.');
    }
    if (ids.length > 0) {
      if (size !== undefined) throw invalidParameter('MaxResults needs Filters.');
      return valuesOf(store, call, ids);
    }
    call.require('secretsmanager:ListSecrets', '*');
    const { items, next } = listed(store, input, call, size ?? MAX_BATCH);
    const arns = items.map(({ arn }) => arn);
    return { ...valuesOf(store, call, arns), NextToken: next };
  },

  DescribeSecret(store, input, call) {
    const secret = permitted(store, input, call, 'DescribeSecret');
    return { ...described(secret), VersionIdsToStages: stagesOf(secret) };
  },

  ListSecrets(store, input, call) {
    const size = input.integer('MaxResults', { min: 1, max: 100 }) ?? 100;
    call.require('secretsmanager:ListSecrets', '*');
    const { items, next } = listed(store, input, call, size);
    const shown = items.map((secret) => {
      const { ReplicationStatus: _, ...details } = described(secret);
      return { ...details, SecretVersionsToStages: stagesOf(secret) };
    });
    return { SecretList: shown, NextToken: next };
  },

  ListSecretVersionIds(store, input, call) {
    const size = input.integer('MaxResults', { min: 1, max: 100 }) ?? 100;
    const withHidden = input.flag('IncludeDeprecated');
    const secret = permitted(store, input, call, 'ListSecretVersionIds');
    const versions = secret.versions
      .map((version, index) => ({ ...version, place: String(index).padStart(9, '0') }))
      .filter(({ stages }) => withHidden || stages.length > 0);
    const { items, next } = page(
      versions,
      ({ place }) => place,
      pageOf(store, input, size),
      compareUtf8,
    );
    return {
      ARN: secret.arn,
      Name: secret.name,
      Versions: items.map(({ id, stages, createdAt, accessedAt, keyId }) => ({
        VersionId: id,
        VersionStages: stages.length > 0 ? stages : undefined,
        CreatedDate: seconds(createdAt),
        LastAccessedDate: accessedAt === undefined ? undefined : seconds(accessedAt),
        KmsKeyIds: [keyId === DEFAULT_KEY ? 'DefaultEncryptionKey' : keyId],
      })),
      NextToken: next,
    };
  },

  GetResourcePolicy(store, input, call) {
    const { arn, name } = usable(store, input, call, 'GetResourcePolicy');
    return { ARN: arn, Name: name };
  },
};

function select(secret: Secret, id: string | undefined, stage: string | undefined): Version {
  const wanted = stage ?? (id === undefined ? CURRENT : undefined);
  const version = secret.versions.find((each) =>
    id === undefined ? each.stages.includes(wanted ?? '') : each.id === id,
  );
  if (version === undefined) {
    const what = id === undefined ? `staging label: ${wanted}` : `VersionId: ${id}`;
    throw new Refusal(
      'ResourceNotFoundException',
      `Secrets Manager can't find the specified secret value for ${what}`,
    );
  }
  if (wanted !== undefined && !version.stages.includes(wanted)) {
    throw invalidRequest(
      'You provided a VersionStage that is not associated to the provided VersionId.',
    );
  }
  return version;
}

function valueOf(store: SecretStore, call: Call, secret: Secret, version: Version): object {
  const { bytes, isText } = open(store, call, secret, version);
  noteAccess(store, call, secret, version);
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: version.id,
    ...(isText ? { SecretString: bytes.toString() } : { SecretBinary: bytes.toString('base64') }),
    VersionStages: version.stages.length > 0 ? version.stages : undefined,
    CreatedDate: seconds(version.createdAt),
  };
}

/** AWS keeps only the day. */
function noteAccess(store: SecretStore, call: Call, secret: Secret, { id }: Version): void {
  const accessedAt = call.now - (call.now % DAY);
  const versions = secret.versions.map((version) =>
    version.id === id ? { ...version, accessedAt } : version,
  );
  const isNoted = secret.versions.some(
    (version) => version.id === id && version.accessedAt === accessedAt,
  );
  if (!isNoted) store.touch({ ...secret, versions, accessedAt });
}

/** The current values; what cannot be read is an error beside them. */
function valuesOf(store: SecretStore, call: Call, ids: readonly string[]) {
  const values: object[] = [];
  const errors: object[] = [];
  for (const id of ids) {
    try {
      const secret = permittedId(store, call, id, 'GetSecretValue');
      requireNotDeleted(secret);
      values.push(valueOf(store, call, secret, select(secret, undefined, undefined)));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      errors.push({ SecretId: id, ErrorCode: error.code, Message: error.message });
    }
  }
  return { SecretValues: values, Errors: errors };
}

function listed(store: SecretStore, input: Fields, call: Call, size: number) {
  const matches = readFilters(input);
  const withDeleted = input.flag('IncludePlannedDeletion');
  const sortBy = input.optionalText('SortBy', { oneOf: Object.keys(ORDERS) }) ?? 'created-date';
  const order = ORDERS[sortBy] ?? NAME;
  const keyOf = (secret: Secret) => `${order(secret)} ${secret.name}`;
  const isDescending = input.optionalText('SortOrder', { oneOf: ['asc', 'desc'] }) === 'desc';
  const compare = (one: string, other: string) =>
    isDescending ? compareUtf8(other, one) : compareUtf8(one, other);
  const secrets = store
    .list(call.home, call.now)
    .filter((secret) => (withDeleted || secret.deletion === undefined) && matches(secret))
    .sort((one, other) => compare(keyOf(one), keyOf(other)));
  return page(secrets, keyOf, pageOf(store, input, size), compare);
}

const NAME = ({ name }: Secret) => name;
const sortable = (time: number) => String(time).padStart(16, '0');

/** What `SortBy` sorts by, as texts that sort like it; equal ones are in the order of names. */
const ORDERS: Readonly<Record<string, (secret: Secret) => string>> = {
  'created-date': ({ createdAt }) => sortable(createdAt),
  'last-accessed-date': ({ accessedAt = 0 }) => sortable(accessedAt),
  'last-changed-date': ({ changedAt }) => sortable(changedAt),
  name: NAME,
};

function pageOf(store: SecretStore, input: Fields, size: number) {
  return {
    size,
    token: input.optionalText('NextToken', { min: 1, max: 4096 }),
    invalidCode: 'InvalidNextTokenException',
    emptyFirst: store.settings.emptyPages,
  };
}

function stagesOf({ versions }: Secret): Record<string, readonly string[]> | undefined {
  const labelled = versions.filter(({ stages }) => stages.length > 0);
  return labelled.length === 0
    ? undefined
    : Object.fromEntries(labelled.map(({ id, stages }) => [id, stages]));
}

function described(secret: Secret) {
  const { rotation, deletion, accessedAt, replicas } = secret;
  return {
    ARN: secret.arn,
    Name: secret.name,
    Description: secret.description,
    KmsKeyId: secret.keyId,
    RotationEnabled: rotation?.isEnabled,
    RotationLambdaARN: rotation?.lambda,
    RotationRules: rotation?.rules,
    CreatedDate: seconds(secret.createdAt),
    LastChangedDate: seconds(secret.changedAt),
    LastAccessedDate: accessedAt === undefined ? undefined : seconds(accessedAt),
    DeletedDate: deletion === undefined ? undefined : seconds(deletion.at),
    Tags: secret.tags.length > 0 ? secret.tags : undefined,
    PrimaryRegion: secret.primaryRegion ?? (replicas.length > 0 ? secret.region : undefined),
    ReplicationStatus: replicas.length > 0 ? replicationStatus(secret) : undefined,
  };
}
