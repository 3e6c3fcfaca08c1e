import {
  CreateBucketCommand,
  HeadBucketCommand,
  S3Client,
  type BucketLocationConstraint,
} from '@aws-sdk/client-s3';
import { CofferError } from '../errors.ts';
import { createSettingsStore } from './bucket-settings.ts';
import { awsErrorName } from './errors.ts';
import { clientConfig } from './client-config.ts';
import { call, clientFor, type Session } from './session.ts';

export type BucketStore = ReturnType<typeof createBucketStore>;

/** The S3 buckets of one region, to look after. */
export function createBucketStore(session: Session, region: string | undefined) {
  const create = () =>
    new S3Client({
      ...clientConfig(session, region),
      forcePathStyle: session.endpoint !== undefined,
    });
  const client = clientFor(session, 's3', create);

  return {
    ...createSettingsStore(client, session),

    /**
     * Whether there is a bucket of that name that the caller may use in this region.
     * @throws CofferError when it is in another region, or not the caller's.
     */
    async exists(bucket: string): Promise<boolean> {
      let home: string | undefined;
      try {
        const answer = await call(session, { action: 's3:ListBucket', target: bucket }, () =>
          client.send(new HeadBucketCommand({ Bucket: bucket })),
        );
        home = answer.BucketRegion;
      } catch (error) {
        if (!(error instanceof CofferError)) throw error;
        if (error.code === 'not-found') return false;
        if (error.code === 'denied') throw notYours(bucket, error);
        home = redirectedTo(error);
        if (home === undefined || home === region) throw error;
      }
      if (!region || !home || home === region) return true;
      throw new CofferError('conflict', `the bucket ${bucket} is in another region: ${home}`, {
        hint: 'a bucket never moves: name another one, or set region: to where it is',
      });
    },

    /** A new bucket in this region; one that the caller owns already is fine. */
    async create(bucket: string): Promise<void> {
      // us-east-1 is where buckets go that name no place, and cannot be named.
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
        throw new CofferError('conflict', `the bucket ${bucket} is somebody else's`, {
          hint: 'names are shared by all of AWS: choose another one',
          cause: error,
        });
      }
    },
  };
}

function notYours(bucket: string, cause: CofferError): CofferError {
  return new CofferError('denied', `the bucket ${bucket} exists, and S3 does not let you in`, {
    hint: "names are shared by all of AWS: it may be somebody else's; if it is yours, ask for s3:ListBucket on it",
    cause,
  });
}

/**
 * The region that S3 sends the caller to; a HEAD has no body that would name it. For a bucket in a
 * region that is younger than 2019, other regions call the request a bad one.
 */
function redirectedTo({ cause }: CofferError): string | undefined {
  const { $metadata, $response } = (cause ?? {}) as {
    $metadata?: { httpStatusCode?: number };
    $response?: { headers?: Record<string, string> };
  };
  return [301, 400].includes($metadata?.httpStatusCode ?? 0)
    ? $response?.headers?.['x-amz-bucket-region']
    : undefined;
}
