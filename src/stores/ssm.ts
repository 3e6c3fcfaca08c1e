import {
  AddTagsToResourceCommand,
  DeleteParametersCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  GetParameterHistoryCommand,
  GetParametersCommand,
  ListTagsForResourceCommand,
  PutParameterCommand,
  RemoveTagsFromResourceCommand,
  SSMClient,
  type Parameter as SdkParameter,
  type ParameterHistory,
  type ParameterMetadata as SdkMetadata,
  type ParameterStringFilter,
} from '@aws-sdk/client-ssm';
import { randomUUID } from 'node:crypto';
import pMap from 'p-map';
import { incomplete, need } from '../aws/answer.ts';
import type { Doing } from '../aws/explanations.ts';
import { lotsOf, readPages } from './paging.ts';
import { clientConfig } from '../aws/client-config.ts';
import { findEndpoint } from '../aws/endpoints.ts';
import { call, clientFor, type Session } from '../aws/session.ts';
import { receiveFields, sendFields } from '../manifest/ssm-fields.ts';
import type {
  ParameterMetadata,
  ParameterVersion,
  PutParameter,
  StoredParameter,
} from './parameter.ts';

/** The limit of names per call. */
export const BATCH = 10;
const PAGE = 50;
/** The limit of values per filter. */
const FILTER = 50;

export type ParameterStore = ReturnType<typeof createParameterStore>;

/** SSM Parameter Store of one region. */
export function createParameterStore(session: Session, region: string | undefined) {
  const client = clientFor(
    session,
    { service: 'ssm', region },
    () => new SSMClient(clientConfig(session, 'ssm', region)),
  );

  const doingTo = (action: string, target: string): Doing => ({
    action: `ssm:${action}`,
    target,
    region,
  });

  /** Counts a parameter once even if it is on two pages, which can happen while others write. */
  async function describe(filters: ParameterStringFilter[]): Promise<ParameterMetadata[]> {
    const doing = doingTo('DescribeParameters', filters[0]?.Values?.[0] ?? '');
    const pages = await readPages(`${doing.action} ${doing.target}`, async (next) => {
      const command = new DescribeParametersCommand({
        ParameterFilters: filters,
        MaxResults: PAGE,
        NextToken: next,
      });
      const page = await call(session, doing, () => client.send(command));
      const items = need(doing, page, 'Parameters').map((item) => toMetadata(doing, item));
      return { items, next: page.NextToken };
    });
    const found = new Map<string, ParameterMetadata>();
    for (const item of pages) {
      if (item.version > (found.get(item.name)?.version ?? -1)) found.set(item.name, item);
    }
    return [...found.values()];
  }

  return {
    region,

    /**
     * One parameter by name, `name:version` or `name:label`; a secret stays encrypted without
     * `open`.
     */
    async get(selector: string, open = true): Promise<StoredParameter> {
      const doing = doingTo('GetParameter', selector);
      const answer = await call(session, doing, () =>
        client.send(new GetParameterCommand({ Name: selector, WithDecryption: open })),
      );
      return toStored(doing, need(doing, answer, 'Parameter'));
    },

    /**
     * Those of `names` that exist, by name; ten per call, in parallel. A name may be of one version:
     * `name:version`. Secrets stay encrypted without `open`, which needs kms:Decrypt.
     */
    async getMany(names: readonly string[], open = true): Promise<Map<string, StoredParameter>> {
      const found = new Map<string, StoredParameter>();
      await pMap(
        lotsOf(names, BATCH),
        async (batch) => {
          const target = batch.length === 1 ? (batch[0] ?? '') : `${batch.length} parameters`;
          const doing = doingTo('GetParameters', target);
          const answer = await call(session, doing, () =>
            client.send(new GetParametersCommand({ Names: batch, WithDecryption: open })),
          );
          const stored = need(doing, answer, 'Parameters').map((item) => toStored(doing, item));
          for (const item of stored) {
            const versioned = `${item.name}:${item.version}`;
            found.set(batch.includes(versioned) ? versioned : item.name, item);
          }
          const told = new Set(answer.InvalidParameters);
          const untold = batch.find((name) => !found.has(name) && !told.has(name));
          if (untold !== undefined) throw incomplete(doing, untold);
        },
        { concurrency: session.concurrency },
      );
      return found;
    },

    /**
     * Every parameter whose name begins with `path` (which ends with a slash) and has `tags`. SSM
     * may not list recent writes yet. `/` includes names without a slash.
     */
    async describePath(
      path: string,
      tags: Readonly<Record<string, string>> = {},
    ): Promise<ParameterMetadata[]> {
      const found = await describe([beginsWith(path), ...Object.entries(tags).map(hasTag)]);
      // Never trust the server's filter: work on one path must not hit others.
      return found.filter(
        ({ name }) => name.startsWith(path) || (path === '/' && !name.includes('/')),
      );
    },

    /** Those of `names` that SSM lists. */
    async describeMany(names: readonly string[]): Promise<ParameterMetadata[]> {
      const found = await pMap(
        lotsOf(names, FILTER),
        (Values) => describe([{ Key: 'Name', Option: 'Equals', Values }]),
        { concurrency: session.concurrency },
      );
      const wanted = new Set(names);
      return found.flat().filter(({ name }) => wanted.has(name));
    },

    /** Whether the server applies filters for tags. AWS does, but some stand-ins do not. */
    async mindsTags(path: string, key: string): Promise<boolean> {
      if (!findEndpoint(session, 'ssm')) return true;
      const found = await describe([beginsWith(path), hasTag([key, randomUUID()])]);
      return found.length === 0;
    },

    /** The versions that SSM still has, oldest first; secrets stay encrypted without `open`. */
    async history(name: string, open = false): Promise<ParameterVersion[]> {
      const doing = doingTo('GetParameterHistory', name);
      const pages = await readPages(`${doing.action} ${name}`, async (next) => {
        const command = new GetParameterHistoryCommand({
          Name: name,
          WithDecryption: open,
          MaxResults: PAGE,
          NextToken: next,
        });
        const page = await call(session, doing, () => client.send(command));
        const items = need(doing, page, 'Parameters').map((item) => toVersion(doing, item));
        return { items, next: page.NextToken };
      });
      const versions = new Map(pages.map((item) => [item.version, item]));
      return [...versions.values()].toSorted((a, b) => a.version - b.version);
    },

    /** Returns the new version number. */
    async put(parameter: PutParameter): Promise<number> {
      const doing = {
        ...doingTo('PutParameter', parameter.name),
        // Masking a short value that is not secret would spoil a message.
        secret: parameter.type === 'SecureString' ? parameter.value : undefined,
      };
      const answer = await call(session, doing, () =>
        client.send(
          new PutParameterCommand({
            Name: parameter.name,
            Value: parameter.value,
            Type: parameter.type as 'String',
            KeyId: parameter.keyId,
            ...sendFields(parameter),
            Overwrite: parameter.overwrite,
            Tags: parameter.tags && toTagList(parameter.tags),
          }),
        ),
      );
      return need(doing, answer, 'Version');
    },

    async tags(name: string): Promise<Record<string, string>> {
      const doing = doingTo('ListTagsForResource', name);
      const answer = await call(session, doing, () =>
        client.send(
          new ListTagsForResourceCommand({ ResourceType: 'Parameter', ResourceId: name }),
        ),
      );
      return Object.fromEntries(
        need(doing, answer, 'TagList').map((tag) => [need(doing, tag, 'Key'), tag.Value ?? '']),
      );
    },

    async addTags(name: string, tags: Readonly<Record<string, string>>): Promise<void> {
      await call(session, doingTo('AddTagsToResource', name), () =>
        client.send(
          new AddTagsToResourceCommand({
            ResourceType: 'Parameter',
            ResourceId: name,
            Tags: toTagList(tags),
          }),
        ),
      );
    },

    async removeTags(name: string, keys: readonly string[]): Promise<void> {
      await call(session, doingTo('RemoveTagsFromResource', name), () =>
        client.send(
          new RemoveTagsFromResourceCommand({
            ResourceType: 'Parameter',
            ResourceId: name,
            TagKeys: [...keys],
          }),
        ),
      );
    },

    /** Deletes up to ten parameters in one call; missing ones are fine. */
    async deleteBatch(names: readonly string[]): Promise<{ deleted: string[]; missing: string[] }> {
      const doing = doingTo('DeleteParameters', `${names.length} parameters`);
      const { DeletedParameters: deleted = [], InvalidParameters: missing = [] } = await call(
        session,
        doing,
        () => client.send(new DeleteParametersCommand({ Names: [...names] })),
      );
      const told = new Set([...deleted, ...missing]);
      const untold = names.find((name) => !told.has(name));
      if (untold !== undefined) throw incomplete(doing, untold);
      return { deleted, missing };
    },
  };
}

function beginsWith(path: string): ParameterStringFilter {
  return { Key: 'Name', Option: 'BeginsWith', Values: [path] };
}

function hasTag([key, value]: [string, string]): ParameterStringFilter {
  return { Key: `tag:${key}`, Values: [value] };
}

function toTagList(tags: Readonly<Record<string, string>>) {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

function toStored(doing: Doing, item: SdkParameter): StoredParameter {
  return {
    name: need(doing, item, 'Name'),
    account: item.ARN?.split(':')[4],
    type: need(doing, item, 'Type'),
    value: need(doing, item, 'Value'),
    version: need(doing, item, 'Version'),
    modified: item.LastModifiedDate,
  };
}

/** The fields that DescribeParameters and GetParameterHistory share. */
function toMetadata(doing: Doing, item: SdkMetadata | ParameterHistory): ParameterMetadata {
  return {
    name: need(doing, item, 'Name'),
    type: need(doing, item, 'Type'),
    keyId: item.KeyId,
    ...receiveFields(item),
    version: need(doing, item, 'Version'),
    modified: item.LastModifiedDate,
    user: item.LastModifiedUser,
  };
}

function toVersion(doing: Doing, item: ParameterHistory): ParameterVersion {
  return {
    ...toMetadata(doing, item),
    value: need(doing, item, 'Value'),
    labels: item.Labels ?? [],
  };
}
