import { stringify } from 'yaml';
import { ABORT_AFTER_DAYS, ABORT_RULE } from './bootstrap/lifecycle.ts';
import type { BucketNeed, KeyNeed, Needs } from './bootstrap/needs.ts';
import { tlsStatement } from './bootstrap/policy.ts';
import { CofferError } from '../errors.ts';
import { nameResources } from './resources.ts';

/** Deleting a key would lose everything it encrypted; deleting a bucket, its objects. */
const KEPT = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' } as const;

/**
 * What `coffer bootstrap` would create, as a CloudFormation template.
 * @throws CofferError `usage` for more than one region
 */
export function renderCloudFormation(needs: Needs): string {
  const { keys, buckets, existing } = nameResources(needs, toIdentifier);
  const region = onlyRegion([...keys, ...buckets].map(({ need }) => need.region));
  const resources = Object.assign(
    {},
    ...keys.map(({ need, id }) => keyResources(need, id)),
    ...buckets.map(({ need, id }) => bucketResources(need, id)),
  ) as object;
  const head = [
    `# Written by coffer bootstrap --as cloudformation, for ${region}.`,
    ...existing.map((id) => `# Not created here: ${id}`),
  ];
  const template = {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: 'Keys and buckets of coffer manifests',
    Resources: resources,
  };
  // CloudFormation reads YAML 1.1.
  return `${head.join('\n')}\n${stringify(template, { lineWidth: 0, compat: 'yaml-1.1' })}`;
}

function keyResources({ id: alias, description }: KeyNeed, id: string): object {
  const key = `Key${id}`;
  return {
    [key]: {
      Type: 'AWS::KMS::Key',
      ...KEPT,
      Properties: { Description: description, EnableKeyRotation: true },
    },
    [`Alias${id}`]: {
      Type: 'AWS::KMS::Alias',
      Properties: { AliasName: alias, TargetKeyId: { Ref: key } },
    },
  };
}

function bucketResources({ name }: BucketNeed, id: string): object {
  const bucket = `Bucket${id}`;
  return {
    [bucket]: {
      Type: 'AWS::S3::Bucket',
      ...KEPT,
      Properties: {
        BucketName: name,
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          IgnorePublicAcls: true,
          BlockPublicPolicy: true,
          RestrictPublicBuckets: true,
        },
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [
            { ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } },
          ],
        },
        VersioningConfiguration: { Status: 'Enabled' },
        LifecycleConfiguration: {
          Rules: [
            {
              Id: ABORT_RULE,
              Status: 'Enabled',
              AbortIncompleteMultipartUpload: { DaysAfterInitiation: ABORT_AFTER_DAYS },
            },
          ],
        },
      },
    },
    [`Policy${id}`]: {
      Type: 'AWS::S3::BucketPolicy',
      ...KEPT,
      Properties: {
        Bucket: { Ref: bucket },
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            tlsStatement([{ 'Fn::GetAtt': [bucket, 'Arn'] }, { 'Fn::Sub': `\${${bucket}.Arn}/*` }]),
          ],
        },
      },
    },
  };
}

function onlyRegion(regions: readonly string[]): string {
  const [region = '', ...more] = new Set(regions);
  if (more.length === 0) return region;
  const all = [region, ...more].join(' and ');
  throw new CofferError('usage', `a template covers one region, but these manifests need ${all}`, {
    hint: 'use --as terraform, which covers several',
  });
}

/** `superman-secrets` becomes `SupermanSecrets`. */
function toIdentifier(name: string): string {
  return name
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
