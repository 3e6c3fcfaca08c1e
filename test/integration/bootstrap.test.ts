import {
  DescribeKeyCommand,
  GetKeyRotationStatusCommand,
  DisableKeyRotationCommand,
} from '@aws-sdk/client-kms';
import {
  DeletePublicAccessBlockCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLocationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  ListBucketsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { REGION, useAws } from '../support/aws.ts';
import { createScene } from '../support/scene.ts';

const aws = await useAws();

const PARAMETERS =
  '  - {name: token, type: SecureString, value: hello}\n' +
  '  - {name: big, type: SecureString, store: s3, value: hello}\n';

/** A manifest whose keys and bucket do not exist yet. */
async function createNew() {
  const kmskey = `alias/${aws.unique('new-key')}`;
  const bucket = aws.unique('new-bucket');
  const header = `kmskey: ${kmskey}\nbucket: ${bucket}\n`;
  const app = await createScene(aws, PARAMETERS, { header });
  const fileKey = `alias/${aws.unique('new-file-key')}`;
  const env = { COFFER_KEY_ALIAS: fileKey };
  return { ...app, kmskey, bucket, fileKey, env };
}

async function settingsOf(Bucket: string, { s3 } = aws.clients(REGION)) {
  const at = { Bucket };
  const [block, ownership, policy, encryption, versioning, lifecycle] = await Promise.all([
    s3.send(new GetPublicAccessBlockCommand(at)),
    s3.send(new GetBucketOwnershipControlsCommand(at)),
    s3.send(new GetBucketPolicyCommand(at)),
    s3.send(new GetBucketEncryptionCommand(at)),
    s3.send(new GetBucketVersioningCommand(at)),
    s3.send(new GetBucketLifecycleConfigurationCommand(at)),
  ]);
  const [rule] = encryption.ServerSideEncryptionConfiguration?.Rules ?? [];
  return {
    block: block.PublicAccessBlockConfiguration,
    ownership: ownership.OwnershipControls?.Rules,
    statements: (JSON.parse(policy.Policy ?? '') as { Statement: { Sid: string }[] }).Statement,
    encryption: rule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm,
    versioning: versioning.Status,
    rules: lifecycle.Rules,
  };
}

async function isRotated(alias: string): Promise<boolean | undefined> {
  const { KeyMetadata } = await aws.kms.send(new DescribeKeyCommand({ KeyId: alias }));
  const KeyId = KeyMetadata?.KeyId;
  return (await aws.kms.send(new GetKeyRotationStatusCommand({ KeyId }))).KeyRotationEnabled;
}

const bucketNames = async () =>
  ((await aws.s3.send(new ListBucketsCommand({}))).Buckets ?? []).map(({ Name }) => Name);

describe('for a manifest without anything in AWS', () => {
  test('shows what it would create, and creates nothing without --yes', async () => {
    const { coffer, env, kmskey, bucket, fileKey } = await createNew();
    const { code, stderr, stdout } = await coffer(['bootstrap', 'app.yml'], { env });
    expect([code, stdout.length]).toEqual([0, 0]);
    expect(stderr).toMatch(new RegExp(`\\+ file key +${fileKey} `));
    expect(stderr).toMatch(new RegExp(`\\+ kmskey +${kmskey} `));
    expect(stderr.match(new RegExp(`\\+ [\\w ]+ ${bucket} `, 'g'))).toHaveLength(7);
    expect(stderr).toContain('nothing changed');
    expect(await bucketNames()).not.toContain(bucket);
    for (const KeyId of [kmskey, fileKey]) {
      const described = aws.kms.send(new DescribeKeyCommand({ KeyId }));
      await expect(described).rejects.toMatchObject({ name: 'NotFoundException' });
    }
  });

  test('--yes creates everything safely; encrypt finds its key, and a second run has nothing to do', async () => {
    const { succeed, env, kmskey, bucket, fileKey } = await createNew();
    const { stdout } = await succeed(['bootstrap', 'app.yml', '--yes', '--json'], { env });
    const { version, steps } = JSON.parse(stdout.toString()) as {
      version: number;
      steps: { what: string; state: string }[];
    };
    expect(version).toBe(1);
    expect(steps.map(({ what }) => what)).toEqual([
      'file key',
      'kmskey',
      'bucket',
      'public access block',
      'ownership',
      'policy',
      'encryption',
      'versioning',
      'lifecycle',
    ]);
    expect(new Set(steps.map(({ state }) => state))).toEqual(new Set(['done']));

    expect(await isRotated(fileKey)).toBe(true);
    expect(await isRotated(kmskey)).toBe(true);
    expect(await settingsOf(bucket)).toEqual({
      block: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      ownership: [{ ObjectOwnership: 'BucketOwnerEnforced' }],
      statements: [
        {
          Sid: 'CofferDenyWithoutTls',
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:*',
          Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
      encryption: 'AES256',
      versioning: 'Enabled',
      rules: [
        expect.objectContaining({
          Status: 'Enabled',
          AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
        }),
      ],
    });

    await succeed(['encrypt', 'app.yml', '--no-create-key'], { env });
    const again = await succeed(['bootstrap', 'app.yml', '--yes'], { env });
    expect(again.stderr).toContain('nothing to do');
  });

  test("creates a bucket in the manifest's region, outside of us-east-1", async () => {
    const { succeed, env, bucket, text, write } = await createNew();
    await write('app.yml', (await text('app.yml')).replace(REGION, 'eu-west-1'));
    await succeed(['bootstrap', 'app.yml', '--yes'], { env });
    const { s3 } = aws.clients('eu-west-1');
    const { LocationConstraint } = await s3.send(new GetBucketLocationCommand({ Bucket: bucket }));
    expect(LocationConstraint).toBe('eu-west-1');
  });
});

describe('for existing resources', () => {
  test('makes them safe, and keeps the statements and rules of others', async () => {
    const app = await createScene(aws, PARAMETERS);
    await app.succeed(['encrypt', 'app.yml']);
    const at = { Bucket: aws.bucket };
    const foreign = {
      Sid: 'Readers',
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::111122223333:root' },
      Action: 's3:GetObject',
      Resource: `arn:aws:s3:::${aws.bucket}/*`,
    };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [foreign] });
    const logs = {
      ID: 'logs',
      Status: 'Enabled' as const,
      Filter: { Prefix: 'logs/' },
      Expiration: { Days: 30 },
    };
    await aws.s3.send(new PutBucketPolicyCommand({ ...at, Policy }));
    await aws.s3.send(
      new PutBucketLifecycleConfigurationCommand({
        ...at,
        LifecycleConfiguration: { Rules: [logs] },
      }),
    );
    await aws.s3.send(new DeletePublicAccessBlockCommand(at));
    const { KeyMetadata } = await aws.kms.send(new DescribeKeyCommand({ KeyId: aws.kmskey }));
    const KeyId = KeyMetadata?.KeyId;
    await aws.kms.send(new DisableKeyRotationCommand({ KeyId }));

    const { stderr } = await app.succeed(['bootstrap', 'app.yml', '--yes']);
    expect(stderr).toMatch(/= bucket /);
    expect(stderr).toMatch(/~ kmskey .* not rotated yearly yet/);
    const settings = await settingsOf(aws.bucket);
    expect(settings.statements.map(({ Sid }) => Sid)).toEqual(['Readers', 'CofferDenyWithoutTls']);
    expect(settings.statements[0]).toEqual(foreign);
    expect(settings.rules?.map(({ ID }) => ID)).toEqual([
      'logs',
      'coffer-abort-unfinished-uploads',
    ]);
    expect(settings.rules?.[0]).toMatchObject(logs);
    expect(settings.block?.RestrictPublicBuckets).toBe(true);
    expect(await isRotated(aws.kmskey)).toBe(true);
    const again = await app.succeed(['bootstrap', 'app.yml']);
    expect(again.stderr).toContain('nothing to do');
  });

  test('requires an existing key for an ARN', async () => {
    const missing = aws.kmskeyArn.replace(/[^/]+$/, '0a1b2c3d-0000-4000-8000-000000000000');
    const app = await createScene(aws, PARAMETERS, { header: `kmskey: ${missing}\n` });
    const { code, stderr } = await app.coffer(['bootstrap', 'app.yml', '--yes']);
    expect(code).toBe(1);
    expect(stderr).toContain(`the kmskey ${missing} does not exist in ${REGION}`);
  });
});
