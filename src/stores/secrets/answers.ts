import type {
  GetSecretValueResponse,
  SecretListEntry,
  SecretVersionsListEntry,
  DescribeSecretResponse,
} from '@aws-sdk/client-secrets-manager';
import { incomplete, need } from '../../aws/answer.ts';
import type { Doing } from '../../aws/explanations.ts';
import type { Tags } from '../../manifest/model.ts';
import { CURRENT, type OpenedSecret, type Secret, type SecretVersion } from './model.ts';

// Apart from the model, which the types of the package have: they cannot name the SDK's types, as the
// package does not depend on it.

export function toSecret(
  doing: Doing,
  item: DescribeSecretResponse & SecretListEntry,
  stages: Readonly<Record<string, string[]>> = {},
): Secret {
  const [current] = Object.entries(stages).find(([, labels]) => labels.includes(CURRENT)) ?? [];
  return {
    name: need(doing, item, 'Name'),
    description: item.Description ?? '',
    keyId: item.KmsKeyId,
    tags: Object.fromEntries(
      (item.Tags ?? []).map((tag) => [need(doing, tag, 'Key'), tag.Value ?? '']),
    ),
    current,
    replicas: (item.ReplicationStatus ?? []).map((copy) => need(doing, copy, 'Region')).toSorted(),
    isReplicated: item.PrimaryRegion !== undefined,
    isRotated: item.RotationEnabled ?? false,
    changed: item.LastChangedDate,
    deleted: item.DeletedDate,
  };
}

export function toOpened(doing: Doing, answer: GetSecretValueResponse): OpenedSecret {
  const { SecretString: text, SecretBinary: bytes } = answer;
  if (text === undefined && bytes === undefined) throw incomplete(doing, 'SecretString');
  return {
    name: need(doing, answer, 'Name'),
    account: answer.ARN?.split(':')[4],
    versionId: need(doing, answer, 'VersionId'),
    value: text === undefined ? { bytes: Buffer.from(bytes ?? []) } : { text },
    created: answer.CreatedDate,
  };
}

export function toVersion(doing: Doing, item: SecretVersionsListEntry): SecretVersion {
  return {
    versionId: need(doing, item, 'VersionId'),
    stages: item.VersionStages ?? [],
    created: item.CreatedDate,
    keyId: item.KmsKeyIds?.[0],
  };
}

export function toTagList(tags: Tags) {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
