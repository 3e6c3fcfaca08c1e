import { randomUUID } from 'node:crypto';
import { dataKeyContext } from '../../crypto/contexts.ts';
import { entriesOf } from '../../manifest/entries.ts';
import type { Manifest, StoreName } from '../../manifest/model.ts';
import { fileKeyRegion } from '../../seal/file-key.ts';
import { Opener } from '../../seal/opener.ts';
import type { Tools } from '../tools.ts';
import { ok, skip, type Result } from './finding.ts';

interface Right {
  topic: string;
  /** What fails without it. */
  needed: string;
  run: () => Promise<Result>;
}

/** What the file key is needed for; the calls change nothing. */
export function sealingRights({ aws, fileKey }: Tools, manifest: Manifest): Right[] {
  const { destination, encryptedWith } = manifest;
  const kms = () => aws.kms(fileKeyRegion(manifest, fileKey));
  return [
    {
      topic: 'decrypt',
      needed: 'to decrypt, edit, diff and export',
      async run() {
        return (await new Opener(manifest, await kms()).openAnyKey())
          ? ok('kms:Decrypt on the file key: a data key opens')
          : skip('no data key yet');
      },
    },
    {
      topic: 'encrypt',
      needed: 'to encrypt, set and edit',
      async run() {
        const id = encryptedWith ?? fileKey.alias;
        if (encryptedWith === undefined && !(await (await kms()).resolve(id))) {
          return skip(`${id} does not exist yet`);
        }
        // Nothing is kept of it, neither here nor in AWS.
        const { dataKey } = await (await kms()).generateDataKey(id, dataKeyContext(destination));
        dataKey.fill(0);
        return ok('kms:GenerateDataKey on the file key');
      },
    },
  ];
}

/** What a store in one region is needed for; the calls change nothing. */
export const placeRights =
  (tools: Tools) =>
  (manifest: Manifest): Right[] =>
    RIGHTS_IN[manifest.store](tools, manifest).map((right) => ({
      ...right,
      topic: topicIn(manifest, right.topic),
    }));

const RIGHTS_IN = {
  ssm: rightsInSsm,
  secretsmanager: rightsInSecretsManager,
} as const satisfies Record<StoreName, (tools: Tools, manifest: Manifest) => Right[]>;

function rightsInSecretsManager({ stores }: Tools, manifest: Manifest): Right[] {
  const { path, region, secret } = manifest;
  const secrets = () => stores.secrets(region);
  return [
    {
      topic: 'secrets',
      needed: 'to diff and sync',
      async run() {
        const [first] = entriesOf(manifest);
        const found = await (await secrets()).describe(first?.name ?? '');
        return ok(`secretsmanager:DescribeSecret (${found ? 'found' : 'not there yet'})`);
      },
    },
    ...(secret === undefined
      ? [
          {
            topic: 'listing',
            needed: 'to list, for --prune, and for diff from 50 secrets on',
            async run() {
              await (await secrets()).list(`${path.slice(1)}coffer-doctor/${randomUUID()}`);
              return ok('secretsmanager:ListSecrets');
            },
          },
        ]
      : []),
  ];
}

function rightsInSsm({ stores }: Tools, { path, region, bucket }: Manifest): Right[] {
  const nobody = `${path}coffer-doctor/${randomUUID()}`;
  const key = nobody.slice(1);
  return [
    {
      topic: 'parameters',
      needed: 'to diff, sync and read',
      async run() {
        await (await stores.parameters(region)).getMany([nobody], false);
        return ok('ssm:GetParameters');
      },
    },
    {
      topic: 'listing',
      needed: 'to diff, sync and list',
      async run() {
        await (await stores.parameters(region)).describePath(`${nobody}/`);
        return ok('ssm:DescribeParameters');
      },
    },
    ...(bucket === undefined
      ? []
      : [
          {
            topic: 'objects',
            needed:
              'to diff, sync and read large values (without s3:ListBucket, S3 says this of a missing object too)',
            async run() {
              await (await stores.objects(region)).head(bucket, key);
              return ok('s3:GetObject');
            },
          },
          {
            topic: 'object list',
            needed: 'for gc',
            async run() {
              await (await stores.objects(region)).list(bucket, key);
              return ok('s3:ListBucket');
            },
          },
        ]),
  ];
}

/** With several regions, it says which one it is about. */
export function topicIn({ region, regions }: Manifest, topic: string): string {
  return regions.length > 1 ? `${topic} in ${region}` : topic;
}
