import pMap from 'p-map';
import { awsErrorName } from '../../aws/errors.ts';
import type { ListedValue, StoredValue, ValueVersion } from '../parameter.ts';
import type { ValueReader } from '../port.ts';
import type { SecretsManager } from './client.ts';
import { CURRENT, type OpenedSecret, type Secret, type SecretVersion } from './model.ts';
import { LISTED_FROM } from './read.ts';

/** Reads Secrets Manager by name. */
export function createSecretReader(
  secrets: SecretsManager,
  { concurrency }: { concurrency: number },
): ValueReader {
  const open = async (name: string): Promise<OpenedSecret[]> => {
    try {
      return [await secrets.get(name)];
    } catch (error) {
      if (awsErrorName(error) === 'ResourceNotFoundException') return [];
      throw error;
    }
  };
  return {
    title: 'Secrets Manager',
    complete: (name) => name,
    get: async ({ name, version }) => toStored(await secrets.get(name, labelOf(version))),
    async version({ name, version }) {
      const opened = toStored(await secrets.get(name, labelOf(version)));
      return { ...opened, value: textOf(opened), labels: [] };
    },
    async getMany(names) {
      // Like a listing, a batch takes the right to all secrets of the account.
      const isBatch = names.length >= LISTED_FROM;
      const found = isBatch
        ? [...(await secrets.getMany(names)).values()]
        : (await pMap(names, open, { concurrency })).flat();
      return new Map(found.map((item) => [item.name, toStored(item)]));
    },
    async list(path) {
      const found = await secrets.list(path.replace(/^\//, ''));
      return [...found.values()].filter(({ deleted }) => !deleted).map(toListed);
    },
    tellsSizes: false,
    async history(name, isOpen) {
      const versions = await secrets.versions(name);
      return pMap(
        versions,
        async (version): Promise<ValueVersion> => {
          const opened = isOpen ? toStored(await secrets.get(name, version.versionId)) : undefined;
          return { ...toVersion(name, version), value: opened && textOf(opened) };
        },
        { concurrency },
      );
    },
  };
}

/** What people call the current version. */
function labelOf(version: string | undefined): string | undefined {
  return version === 'latest' ? CURRENT : version;
}

function toStored({ name, account, versionId, value, created }: OpenedSecret): StoredValue {
  const held = 'text' in value ? { value: value.text } : { value: '', bytes: value.bytes };
  return { name, account, type: 'Secret', version: versionId, modified: created, ...held };
}

/** Bytes as base64, for what can only show text. */
function textOf({ value, bytes }: StoredValue): string {
  return bytes ? bytes.toString('base64') : value;
}

function toListed({ name, description, keyId, current = '', changed }: Secret): ListedValue {
  return { name, type: 'Secret', description, keyId, version: current, modified: changed };
}

function toVersion(
  name: string,
  { versionId, stages, created, keyId }: SecretVersion,
): ValueVersion {
  return {
    name,
    type: 'Secret',
    keyId,
    version: versionId,
    modified: created,
    labels: [...stages],
  };
}
