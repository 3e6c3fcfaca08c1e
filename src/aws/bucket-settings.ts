import {
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutPublicAccessBlockCommand,
  type LifecycleRule as SdkRule,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { BucketSettings, Lifecycle } from './bucket-model.ts';
import { awsErrorName } from './errors.ts';
import { call, type Session } from './session.ts';

const BLOCKED = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
};

/** Reads and writes the settings of buckets. */
export function createSettingsStore(client: S3Client, session: Session) {
  function send<T>(action: string, bucket: string, run: () => Promise<T>): Promise<T> {
    return call(session, { action: `s3:${action}`, target: bucket }, run);
  }

  /** S3 answers with an error if a bucket does not have a setting. */
  async function read<T>(
    action: string,
    bucket: string,
    absent: string,
    run: () => Promise<T>,
  ): Promise<T | undefined> {
    try {
      return await send(action, bucket, run);
    } catch (error) {
      if (awsErrorName(error) === absent) return undefined;
      throw error;
    }
  }

  return {
    async settings(bucket: string): Promise<BucketSettings> {
      const at = { Bucket: bucket };
      const [block, ownership, encryption, versioning, policy, lifecycle] = await Promise.all([
        read('GetBucketPublicAccessBlock', bucket, 'NoSuchPublicAccessBlockConfiguration', () =>
          client.send(new GetPublicAccessBlockCommand(at)),
        ),
        read('GetBucketOwnershipControls', bucket, 'OwnershipControlsNotFoundError', () =>
          client.send(new GetBucketOwnershipControlsCommand(at)),
        ),
        read(
          'GetEncryptionConfiguration',
          bucket,
          'ServerSideEncryptionConfigurationNotFoundError',
          () => client.send(new GetBucketEncryptionCommand(at)),
        ),
        send('GetBucketVersioning', bucket, () => client.send(new GetBucketVersioningCommand(at))),
        read('GetBucketPolicy', bucket, 'NoSuchBucketPolicy', () =>
          client.send(new GetBucketPolicyCommand(at)),
        ),
        read('GetLifecycleConfiguration', bucket, 'NoSuchLifecycleConfiguration', () =>
          client.send(new GetBucketLifecycleConfigurationCommand(at)),
        ),
      ]);
      const blocked = block?.PublicAccessBlockConfiguration ?? {};
      return {
        isPublicAccessBlocked: Object.keys(BLOCKED).every(
          (name) => blocked[name as keyof typeof BLOCKED] === true,
        ),
        isOwnerEnforced:
          ownership?.OwnershipControls?.Rules?.[0]?.ObjectOwnership === 'BucketOwnerEnforced',
        isEncrypted: (encryption?.ServerSideEncryptionConfiguration?.Rules ?? []).length > 0,
        isVersioned: versioning.Status === 'Enabled',
        policy: policy?.Policy,
        lifecycle: {
          rules: lifecycle?.Rules ?? [],
          minimumSize: lifecycle?.TransitionDefaultMinimumObjectSize,
        },
      };
    },

    async blockPublicAccess(bucket: string): Promise<void> {
      await send('PutBucketPublicAccessBlock', bucket, () =>
        client.send(
          new PutPublicAccessBlockCommand({
            Bucket: bucket,
            PublicAccessBlockConfiguration: BLOCKED,
          }),
        ),
      );
    },

    async enforceOwner(bucket: string): Promise<void> {
      const OwnershipControls = { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' as const }] };
      await send('PutBucketOwnershipControls', bucket, () =>
        client.send(new PutBucketOwnershipControlsCommand({ Bucket: bucket, OwnershipControls })),
      );
    },

    /** With S3's own keys: coffer's objects are already encrypted. */
    async encrypt(bucket: string): Promise<void> {
      const ApplyServerSideEncryptionByDefault = { SSEAlgorithm: 'AES256' as const };
      const ServerSideEncryptionConfiguration = { Rules: [{ ApplyServerSideEncryptionByDefault }] };
      await send('PutEncryptionConfiguration', bucket, () =>
        client.send(
          new PutBucketEncryptionCommand({ Bucket: bucket, ServerSideEncryptionConfiguration }),
        ),
      );
    },

    async enableVersioning(bucket: string): Promise<void> {
      const VersioningConfiguration = { Status: 'Enabled' as const };
      await send('PutBucketVersioning', bucket, () =>
        client.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration })),
      );
    },

    async putPolicy(bucket: string, policy: string): Promise<void> {
      await send('PutBucketPolicy', bucket, () =>
        client.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: policy })),
      );
    },

    async putLifecycle(bucket: string, { rules, minimumSize }: Lifecycle): Promise<void> {
      await send('PutLifecycleConfiguration', bucket, () =>
        client.send(
          new PutBucketLifecycleConfigurationCommand({
            Bucket: bucket,
            // They came from S3, except coffer's own.
            LifecycleConfiguration: { Rules: [...rules] as SdkRule[] },
            TransitionDefaultMinimumObjectSize: minimumSize,
          }),
        ),
      );
    },
  };
}
