import {
  CreateBucketCommand,
  HeadBucketCommand,
  S3Client,
  type BucketLocationConstraint,
} from '@aws-sdk/client-s3';
import { CofferError } from '../errors.ts';
import { createSettingsStore } from './bucket-settings.ts';
import { awsErrorName } from './errors.ts';
import { bucketRegion } from './explanations.ts';
import { clientConfig } from './client-config.ts';
import { call, clientFor, type Session } from './session.ts';

export type BucketStore = ReturnType<typeof createBucketStore>;

/** Manages the S3 buckets of one region. */
export function createBucketStore(session: Session, region: string | undefined) {
  const client = clientFor(
    session,
    { service: 's3', region },
    () => new S3Client(clientConfig(session, 's3', region)),
  );

  return {
    ...createSettingsStore(client, session),

    /**
     * Whether the bucket exists in this region and the caller may use it.
     * @throws CofferError if it is in another region or belongs to someone else
     */
    async exists(bucket: string): Promise<boolean> {
      const doing = { action: 's3:ListBucket', target: bucket, region };
      let home: string | undefined;
      try {
        const answer = await call(session, doing, () =>
          client.send(new HeadBucketCommand({ Bucket: bucket })),
        );
        home = answer.BucketRegion;
      } catch (error) {
        if (!(error instanceof CofferError)) throw error;
        if (error.code === 'not-found') return false;
        if (error.code === 'denied') throw notYours(bucket, error);
        home = bucketRegion(error.cause, doing);
        if (home === undefined) throw error;
      }
      if (!region || !home || home === region) return true;
      throw new CofferError('conflict', `the bucket ${bucket} is in another region: ${home}`, {
        hint: 'name another bucket, or set region: to that of the bucket',
      });
    },

    /** Creates a bucket in this region; one that the caller already owns is fine. */
    async create(bucket: string): Promise<void> {
      // S3 creates buckets without a location in us-east-1, and does not accept that name.
      const LocationConstraint = region as BucketLocationConstraint;
      const home = region && region !== 'us-east-1';
      try {
        await call(session, { action: 's3:CreateBucket', target: bucket }, () =>
          client.send(
            new CreateBucketCommand({
              Bucket: bucket,
              ...(home && { CreateBucketConfiguration: { LocationConstraint } }),
            }),
          ),
        );
      } catch (error) {
        const name = awsErrorName(error);
        if (name === 'BucketAlreadyOwnedByYou') return;
        if (name !== 'BucketAlreadyExists') throw error;
        throw new CofferError('conflict', `the bucket ${bucket} belongs to someone else`, {
          hint: 'choose another name: all of AWS shares the names of buckets',
          cause: error,
        });
      }
    },
  };
}

function notYours(bucket: string, cause: CofferError): CofferError {
  return new CofferError('denied', `the bucket ${bucket} exists, but S3 denies you access`, {
    hint: 'if it is yours, ask for s3:ListBucket on it; if it belongs to someone else, choose another name',
    cause,
  });
}
