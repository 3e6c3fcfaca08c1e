import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketEncryptionCommand,
  DeleteBucketOwnershipControlsCommand,
  DeleteObjectCommand,
  DeletePublicAccessBlockCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLocationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
} from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { startSandbox } from '../../../src/sandbox/index.ts';
import type { Sandbox } from '../../../src/sandbox/index.ts';
import { clientsFor, codeOf, errorOf } from './clients.ts';

let sandbox: Sandbox;
let s3: S3Client;
let europe: S3Client;

beforeAll(async () => {
  sandbox = await startSandbox();
  ({ s3 } = clientsFor(sandbox.url));
  europe = clientsFor(sandbox.url, { region: 'eu-west-1' }).s3;
});
afterAll(() => sandbox.close());

const create = (Bucket: string, LocationConstraint?: string, client = s3) =>
  client.send(
    new CreateBucketCommand({
      Bucket,
      ...(LocationConstraint && {
        CreateBucketConfiguration: { LocationConstraint: LocationConstraint as 'eu-west-1' },
      }),
    }),
  );

describe('a bucket', () => {
  test.each(['ab', 'Upper', 'under_score', 'a..b', '-a-b', '1.2.3.4', 'xn--abc', 'x'.repeat(64)])(
    'cannot be called %s',
    async (name) => {
      expect(await codeOf(create(name))).toBe('InvalidBucketName');
    },
  );

  test('is created once, listed, and deleted when empty', async () => {
    await create('my-bucket.1');
    expect(await codeOf(create('my-bucket.1'))).toBe('BucketAlreadyOwnedByYou');
    const { Buckets } = await s3.send(new ListBucketsCommand({}));
    expect(Buckets?.map((each) => each.Name)).toContain('my-bucket.1');
    const at = { Bucket: 'my-bucket.1' };
    await s3.send(new PutObjectCommand({ ...at, Key: 'k', Body: 'x' }));
    expect(await codeOf(s3.send(new DeleteBucketCommand(at)))).toBe('BucketNotEmpty');
    await s3.send(new DeleteObjectCommand({ ...at, Key: 'k' }));
    await s3.send(new DeleteBucketCommand(at));
    expect(await codeOf(s3.send(new GetObjectCommand({ ...at, Key: 'k' })))).toBe('NoSuchBucket');
    const head = await errorOf(s3.send(new HeadBucketCommand(at)));
    expect(head.$metadata?.httpStatusCode).toBe(404);
  });

  test('belongs to one region', async () => {
    await create('european', 'eu-west-1', europe);
    const at = { Bucket: 'european' };
    expect((await europe.send(new HeadBucketCommand(at))).BucketRegion).toBe('eu-west-1');
    const { LocationConstraint } = await s3.send(new GetBucketLocationCommand(at));
    expect(LocationConstraint).toBe('eu-west-1');
    const away = await errorOf(s3.send(new GetObjectCommand({ ...at, Key: 'k' })));
    expect([away.name, away.$metadata?.httpStatusCode]).toEqual(['PermanentRedirect', 301]);
    const follower = clientsFor(sandbox.url, { followRegionRedirects: true }).s3;
    const followed = follower.send(new GetObjectCommand({ ...at, Key: 'k' }));
    expect(await codeOf(followed)).toBe('NoSuchKey');
  });

  test('accepts a location that matches the region of the call', async () => {
    await create('from-virginia', 'ap-south-1');
    expect(await codeOf(create('wrong-1', 'eu-central-1', europe))).toBe(
      'IllegalLocationConstraintException',
    );
    expect(await codeOf(create('wrong-2', 'us-east-1'))).toBe('InvalidLocationConstraint');
    expect(await codeOf(create('wrong-3', 'nowhere'))).toBe('InvalidLocationConstraint');
  });
});

test('a new bucket blocks public access, enforces its owner, and encrypts', async () => {
  const at = { Bucket: 'fresh' };
  await create(at.Bucket);
  expect(await s3.send(new GetPublicAccessBlockCommand(at))).toMatchObject({
    PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
  });
  await s3.send(new DeletePublicAccessBlockCommand(at));
  expect(await codeOf(s3.send(new GetPublicAccessBlockCommand(at)))).toBe(
    'NoSuchPublicAccessBlockConfiguration',
  );
  expect(await s3.send(new GetBucketOwnershipControlsCommand(at))).toMatchObject({
    OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
  });
  await s3.send(new DeleteBucketOwnershipControlsCommand(at));
  expect(await codeOf(s3.send(new GetBucketOwnershipControlsCommand(at)))).toBe(
    'OwnershipControlsNotFoundError',
  );
  const encryption = async () =>
    (await s3.send(new GetBucketEncryptionCommand(at))).ServerSideEncryptionConfiguration?.Rules;
  const byDefault = [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }];
  expect(await encryption()).toMatchObject(byDefault);
  await s3.send(new DeleteBucketEncryptionCommand(at));
  expect(await encryption()).toMatchObject(byDefault);
});

test('stores and returns configurations, and reports them missing before that', async () => {
  const at = { Bucket: 'configured' };
  await create(at.Bucket);
  expect(await codeOf(s3.send(new GetBucketPolicyCommand(at)))).toBe('NoSuchBucketPolicy');
  expect(await codeOf(s3.send(new GetBucketLifecycleConfigurationCommand(at)))).toBe(
    'NoSuchLifecycleConfiguration',
  );
  expect(await codeOf(s3.send(new GetBucketTaggingCommand(at)))).toBe('NoSuchTagSet');
  expect((await s3.send(new GetBucketVersioningCommand(at))).Status).toBeUndefined();

  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [] });
  await s3.send(new PutBucketPolicyCommand({ ...at, Policy }));
  expect((await s3.send(new GetBucketPolicyCommand(at))).Policy).toBe(Policy);
  const bad = s3.send(new PutBucketPolicyCommand({ ...at, Policy: 'no' }));
  expect(await codeOf(bad)).toBe('MalformedPolicy');
  const PublicAccessBlockConfiguration = { BlockPublicAcls: true, IgnorePublicAcls: true };
  await s3.send(new PutPublicAccessBlockCommand({ ...at, PublicAccessBlockConfiguration }));
  expect(await s3.send(new GetPublicAccessBlockCommand(at))).toMatchObject({
    PublicAccessBlockConfiguration,
  });
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  await s3.send(new PutBucketVersioningCommand({ ...at, VersioningConfiguration }));
  expect((await s3.send(new GetBucketVersioningCommand(at))).Status).toBe('Enabled');
  const Tagging = { TagSet: [{ Key: 'a', Value: '1' }] };
  await s3.send(new PutBucketTaggingCommand({ ...at, Tagging }));
  expect((await s3.send(new GetBucketTaggingCommand(at))).TagSet).toEqual(Tagging.TagSet);
  const LifecycleConfiguration = {
    Rules: [
      { ID: 'r', Status: 'Enabled' as const, Filter: { Prefix: '' }, Expiration: { Days: 1 } },
    ],
  };
  await s3.send(new PutBucketLifecycleConfigurationCommand({ ...at, LifecycleConfiguration }));
  const rules = (await s3.send(new GetBucketLifecycleConfigurationCommand(at))).Rules;
  expect(rules?.[0]).toMatchObject({ ID: 'r', Expiration: { Days: 1 } });
  const encryption = {
    Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' as const } }],
  };
  await s3.send(
    new PutBucketEncryptionCommand({ ...at, ServerSideEncryptionConfiguration: encryption }),
  );
  const stored = await s3.send(new PutObjectCommand({ ...at, Key: 'k', Body: 'x' }));
  expect(stored.ServerSideEncryption).toBe('aws:kms');
});
