import {
  BatchGetSecretValueCommand,
  CancelRotateSecretCommand,
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  RemoveRegionsFromReplicationCommand,
  ReplicateSecretToRegionsCommand,
  RestoreSecretCommand,
  SecretsManagerClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import pMap from 'p-map';
import { incomplete, need } from '../../aws/answer.ts';
import { clientConfig } from '../../aws/client-config.ts';
import { awsErrorName } from '../../aws/errors.ts';
import type { Doing } from '../../aws/explanations.ts';
import { call, clientFor, type Session } from '../../aws/session.ts';
import type { Tags } from '../../manifest/model.ts';
import { lotsOf, readPages } from '../paging.ts';
import { toOpened, toSecret, toTagList, toVersion } from './answers.ts';
import {
  CURRENT,
  type Deletion,
  type NewSecret,
  type OpenedSecret,
  type Secret,
  type SecretValue,
  type SecretVersion,
} from './model.ts';

const PAGE = 100;
/** The limit of names per BatchGetSecretValue. */
const BATCH = 20;

export type SecretsManager = ReturnType<typeof createSecretsManager>;

/** AWS Secrets Manager of one region. */
export function createSecretsManager(session: Session, region: string | undefined) {
  const client = clientFor(
    session,
    { service: 'secretsmanager', region },
    () => new SecretsManagerClient(clientConfig(session, 'secretsmanager', region)),
  );
  /** @param value what AWS might quote */
  const doing = (action: string, target: string, value?: SecretValue): Doing => {
    const secret = value && 'text' in value ? value.text : undefined;
    return { action: `secretsmanager:${action}`, target, secret, region };
  };
  /** A write; AWS answers each with the secret that it changed. */
  async function write<Answer extends { ARN?: string | undefined }>(
    what: Doing,
    send: () => Promise<Answer>,
  ): Promise<Answer> {
    const answer = await call(session, what, send);
    need(what, answer, 'ARN');
    return answer;
  }
  return {
    region,

    /** A secret without its value, deleted ones within their recovery window too. */
    async describe(name: string): Promise<Secret | undefined> {
      const what = doing('DescribeSecret', name);
      try {
        const answer = await call(session, what, () =>
          client.send(new DescribeSecretCommand({ SecretId: name })),
        );
        return toSecret(what, answer, answer.VersionIdsToStages);
      } catch (error) {
        if (awsErrorName(error) === 'ResourceNotFoundException') return undefined;
        throw error;
      }
    },

    /**
     * The secrets whose names begin with `prefix`, by name, those within their recovery window too.
     * May be minutes old.
     */
    async list(prefix: string): Promise<Map<string, Secret>> {
      const what = doing('ListSecrets', prefix);
      const pages = await readPages(`${what.action} ${prefix}`, async (next) => {
        const command = new ListSecretsCommand({
          ...(prefix !== '' && { Filters: [{ Key: 'name', Values: [prefix] }] }),
          IncludePlannedDeletion: true,
          MaxResults: PAGE,
          NextToken: next,
        });
        const page = await call(session, what, () => client.send(command));
        const items = need(what, page, 'SecretList').map((item) =>
          toSecret(what, item, item.SecretVersionsToStages),
        );
        return { items, next: page.NextToken };
      });
      const found = pages.filter(({ name }) => name.startsWith(prefix));
      return new Map(found.map((secret) => [secret.name, secret]));
    },

    /** One value: the current one, that of a VersionId, or that of a staging label. */
    async get(name: string, version?: string): Promise<OpenedSecret> {
      const what = doing('GetSecretValue', version === undefined ? name : `${name}@${version}`);
      // Labels are short words; a VersionId has 32 characters at least.
      const wanted =
        version === undefined || version.length < 32
          ? { VersionStage: version }
          : { VersionId: version };
      const answer = await call(session, what, () =>
        client.send(new GetSecretValueCommand({ SecretId: name, ...wanted })),
      );
      return toOpened(what, answer);
    },

    /** The current values of those of `names` that exist, by name; twenty per call, in parallel. */
    async getMany(names: readonly string[]): Promise<Map<string, OpenedSecret>> {
      const found = await pMap(
        lotsOf(names, BATCH),
        async (lot) => {
          const what = doing('BatchGetSecretValue', `${lot.length} secrets`);
          const answer = await call(session, what, () =>
            client.send(new BatchGetSecretValueCommand({ SecretIdList: lot })),
          );
          const opened = need(what, answer, 'SecretValues').map((item) => toOpened(what, item));
          const { Errors: faults = [] } = answer;
          const fault = faults.find(({ ErrorCode }) => ErrorCode !== 'ResourceNotFoundException');
          const told = new Set(faults.map(({ SecretId }) => SecretId));
          // The error that a call for this secret alone gives.
          if (fault?.SecretId !== undefined) await this.get(fault.SecretId);
          const untold = lot.find(
            (name) => !told.has(name) && !opened.some((item) => item.name === name),
          );
          if (untold !== undefined) throw incomplete(what, untold);
          return opened;
        },
        { concurrency: session.concurrency },
      );
      return new Map(found.flat().map((item) => [item.name, item]));
    },

    /** The versions that AWS keeps, without labels too, oldest first. */
    async versions(name: string): Promise<SecretVersion[]> {
      const what = doing('ListSecretVersionIds', name);
      const found = await readPages(`${what.action} ${name}`, async (next) => {
        const command = new ListSecretVersionIdsCommand({
          SecretId: name,
          IncludeDeprecated: true,
          MaxResults: PAGE,
          NextToken: next,
        });
        const page = await call(session, what, () => client.send(command));
        const items = need(what, page, 'Versions').map((item) => toVersion(what, item));
        return { items, next: page.NextToken };
      });
      return found.toSorted((a, b) => (a.created?.getTime() ?? 0) - (b.created?.getTime() ?? 0));
    },

    async create(secret: NewSecret): Promise<void> {
      const { name, versionId, value, description, keyId, tags, replicas } = secret;
      await write(doing('CreateSecret', name, value), () =>
        client.send(
          new CreateSecretCommand({
            Name: name,
            ClientRequestToken: versionId,
            ...inRequest(value),
            Description: description,
            KmsKeyId: keyId,
            ...(Object.keys(tags).length > 0 && { Tags: toTagList(tags) }),
            ...(replicas.length > 0 && { AddReplicaRegions: copies(replicas, keyId) }),
          }),
        ),
      );
    },

    /** Adds a version; says whether it is the current one now. One that exists is left as it is. */
    async put(name: string, versionId: string, value: SecretValue): Promise<boolean> {
      const answer = await write(doing('PutSecretValue', name, value), () =>
        client.send(
          new PutSecretValueCommand({
            SecretId: name,
            ClientRequestToken: versionId,
            ...inRequest(value),
          }),
        ),
      );
      return answer.VersionStages?.includes(CURRENT) ?? false;
    },

    /** Makes another version the current one. */
    async makeCurrent(name: string, versionId: string, from: string | undefined): Promise<void> {
      await write(doing('UpdateSecretVersionStage', name), () =>
        client.send(
          new UpdateSecretVersionStageCommand({
            SecretId: name,
            VersionStage: CURRENT,
            MoveToVersionId: versionId,
            RemoveFromVersionId: from,
          }),
        ),
      );
    },

    async update(
      name: string,
      change: { description?: string | undefined; keyId?: string | undefined },
    ): Promise<void> {
      await write(doing('UpdateSecret', name), () =>
        client.send(
          new UpdateSecretCommand({
            SecretId: name,
            Description: change.description,
            KmsKeyId: change.keyId,
          }),
        ),
      );
    },

    async addTags(name: string, tags: Tags): Promise<void> {
      await call(session, doing('TagResource', name), () =>
        client.send(new TagResourceCommand({ SecretId: name, Tags: toTagList(tags) })),
      );
    },

    async removeTags(name: string, keys: readonly string[]): Promise<void> {
      await call(session, doing('UntagResource', name), () =>
        client.send(new UntagResourceCommand({ SecretId: name, TagKeys: [...keys] })),
      );
    },

    async addReplicas(
      name: string,
      regions: readonly string[],
      keyId: string | undefined,
    ): Promise<void> {
      await write(doing('ReplicateSecretToRegions', name), () =>
        client.send(
          new ReplicateSecretToRegionsCommand({
            SecretId: name,
            AddReplicaRegions: copies(regions, keyId),
          }),
        ),
      );
    },

    async removeReplicas(name: string, regions: readonly string[]): Promise<void> {
      await write(doing('RemoveRegionsFromReplication', name), () =>
        client.send(
          new RemoveRegionsFromReplicationCommand({
            SecretId: name,
            RemoveReplicaRegions: [...regions],
          }),
        ),
      );
    },

    async cancelRotation(name: string): Promise<void> {
      await write(doing('CancelRotateSecret', name), () =>
        client.send(new CancelRotateSecretCommand({ SecretId: name })),
      );
    },

    async delete(name: string, { recoveryDays }: Deletion): Promise<void> {
      await write(doing('DeleteSecret', name), () =>
        client.send(
          new DeleteSecretCommand({
            SecretId: name,
            ...(recoveryDays === 0
              ? { ForceDeleteWithoutRecovery: true }
              : { RecoveryWindowInDays: recoveryDays }),
          }),
        ),
      );
    },

    async restore(name: string): Promise<void> {
      await write(doing('RestoreSecret', name), () =>
        client.send(new RestoreSecretCommand({ SecretId: name })),
      );
    },
  };
}

function inRequest(value: SecretValue) {
  return 'text' in value ? { SecretString: value.text } : { SecretBinary: value.bytes };
}

/** A multi-Region key has the same id in each region, an alias the same name. */
function copies(regions: readonly string[], keyId: string | undefined) {
  const key = /(?:^alias\/|mrk-).*$/.exec(keyId ?? '')?.[0];
  return regions.map((Region) => ({ Region, KmsKeyId: key }));
}
