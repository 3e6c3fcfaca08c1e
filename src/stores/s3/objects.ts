import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type HeadObjectCommandOutput,
} from '@aws-sdk/client-s3';
import { CofferError, isFailure } from '../../errors.ts';
import { incomplete, need } from '../../aws/answer.ts';
import type { Checksum } from './checksum.ts';
import { awsErrorName } from '../../aws/errors.ts';
import type { Doing } from '../../aws/explanations.ts';
import { uploadInParts } from './multipart.ts';
import type { Condition, NewObject } from './new-object.ts';
import { signedByChecksum } from './signed-checksum.ts';
import { sendingPartsAtOnce } from './parts-at-once.ts';
import { readPages } from '../paging.ts';
import { clientConfig } from '../../aws/client-config.ts';
import { call, clientFor, type Session } from '../../aws/session.ts';

/** An object without its bytes. */
export interface ObjectInfo {
  size: number;
  /** User metadata, with lower-case names without prefix. */
  metadata: Readonly<Record<string, string>>;
  etag: string;
  /** The SHA-256 that S3 stored with it, base64: of all bytes, or of the parts' SHA-256s. */
  checksum: string | undefined;
}

/** An object in a listing. */
export interface StoredObject {
  key: string;
  size: number;
  modified: Date;
}

/** An unfinished upload in parts. */
export interface StoredUpload {
  key: string;
  uploadId: string;
  /** When it started. */
  modified: Date;
}

/** The answer with an object, or a part of it. */
export interface ObjectBody extends Omit<ObjectInfo, 'checksum'> {
  body: Readable;
}

/** S3's error names for an unmet condition, or an upload that is gone. */
const LOST_RACES = new Set([
  'ConditionalRequestConflict',
  'NoSuchKey',
  'NoSuchUpload',
  'PreconditionFailed',
]);

/** The markers of the next page of uploads. */
interface Markers {
  KeyMarker: string;
  UploadIdMarker: string;
}

export type ObjectStore = ReturnType<typeof createObjectStore>;

/** S3 of one region. */
export function createObjectStore(session: Session, region: string | undefined) {
  const create = () => {
    const client = new S3Client({
      ...clientConfig(session, 's3', region),
      // coffer verifies content by its SHA-256 and tag; another checksum would only cost time.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
    return sendingPartsAtOnce(signedByChecksum(client));
  };
  const client = clientFor(session, { service: 's3', region, use: 'objects' }, create);

  const doingAt = (action: string, bucket: string, key: string): Doing => ({
    action,
    target: `s3://${bucket}/${key}`,
    region,
  });

  return {
    region,

    /**
     * Writes an object.
     * @returns whether it was written; false if `condition` is not met
     */
    async put(
      bucket: string,
      key: string,
      object: NewObject & { checksum: Checksum },
      condition: Condition,
    ): Promise<boolean> {
      const at = { Bucket: bucket, Key: key };
      try {
        if (object.checksum.parts.length > 0) {
          await uploadInParts(client, session, at, object, condition);
          return true;
        }
        const Body = await object.read(0, object.size);
        const doing = doingAt('s3:PutObject', bucket, key);
        const answer = await call(session, doing, () =>
          client.send(
            new PutObjectCommand({
              ...at,
              Body,
              ContentType: 'application/octet-stream',
              ChecksumAlgorithm: 'SHA256',
              ChecksumSHA256: object.checksum.value,
              Metadata: { ...object.metadata },
              ...condition,
            }),
          ),
        );
        need(doing, answer, 'ETag');
        object.progress?.(Body.length);
        return true;
      } catch (error) {
        if (LOST_RACES.has(awsErrorName(error) ?? '')) return false;
        throw error;
      }
    },

    /** `undefined` if the object does not exist. */
    async head(bucket: string, key: string): Promise<ObjectInfo | undefined> {
      const doing = doingAt('s3:GetObject', bucket, key);
      try {
        const answer = await call(session, doing, () =>
          client.send(new HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' })),
        );
        return {
          ...infoOf(doing, answer),
          // S3 adds the number of parts, others do not.
          checksum: answer.ChecksumSHA256?.replace(/-\d+$/, ''),
        };
      } catch (error) {
        if (isFailure(error, 'not-found')) return undefined;
        throw error;
      }
    },

    /**
     * The whole object, or up to `length` bytes from `offset`; with `etag`, of the version that it
     * names. The size is always that of the whole object.
     * @param owner the account that the bucket has to belong to
     */
    async get(
      bucket: string,
      key: string,
      part?: { offset: number; length: number; etag?: string },
      owner?: string,
    ): Promise<ObjectBody> {
      const doing = doingAt('s3:GetObject', bucket, key);
      const answer = await call(session, doing, () =>
        client.send(
          new GetObjectCommand({
            Bucket: bucket,
            Key: key,
            Range: part && `bytes=${part.offset}-${part.offset + part.length - 1}`,
            IfMatch: part?.etag,
            ExpectedBucketOwner: owner,
          }),
        ),
      );
      if (!(answer.Body instanceof Readable)) throw incomplete(doing, 'Body');
      const whole = /^bytes \d+-\d+\/(\d+)$/.exec(answer.ContentRange ?? '')?.[1];
      const info = infoOf(doing, answer);
      return { ...info, ...(whole && { size: Number(whole) }), body: answer.Body };
    },

    /** The objects with keys that begin with `prefix`. */
    async list(bucket: string, prefix: string): Promise<StoredObject[]> {
      const doing = doingAt('s3:ListBucket', bucket, prefix);
      return readPages(`${doing.action} ${doing.target}`, async (next) => {
        const at = { Bucket: bucket, Prefix: prefix, ContinuationToken: next };
        const page = await call(session, doing, () => client.send(new ListObjectsV2Command(at)));
        const items = (page.Contents ?? []).map((item) => ({
          key: need(doing, item, 'Key'),
          size: need(doing, item, 'Size'),
          modified: need(doing, item, 'LastModified'),
        }));
        const hasMore = need(doing, page, 'IsTruncated');
        return { items, next: hasMore ? need(doing, page, 'NextContinuationToken') : undefined };
      });
    },

    /** The unfinished uploads of keys that begin with `prefix`. */
    async listUploads(bucket: string, prefix: string): Promise<StoredUpload[]> {
      const doing = doingAt('s3:ListBucketMultipartUploads', bucket, prefix);
      return readPages(`${doing.action} ${doing.target}`, async (next) => {
        const markers = next === undefined ? {} : (JSON.parse(next) as Markers);
        const at = { Bucket: bucket, Prefix: prefix, ...markers };
        const page = await call(session, doing, () =>
          client.send(new ListMultipartUploadsCommand(at)),
        );
        const items = (page.Uploads ?? []).map((item) => ({
          key: need(doing, item, 'Key'),
          uploadId: need(doing, item, 'UploadId'),
          modified: need(doing, item, 'Initiated'),
        }));
        if (!need(doing, page, 'IsTruncated')) return { items, next: undefined };
        const last: Markers = {
          KeyMarker: need(doing, page, 'NextKeyMarker'),
          UploadIdMarker: need(doing, page, 'NextUploadIdMarker'),
        };
        return { items, next: JSON.stringify(last) };
      });
    },

    async abortUpload(bucket: string, { key, uploadId }: StoredUpload): Promise<void> {
      await call(session, doingAt('s3:AbortMultipartUpload', bucket, key), () =>
        client.send(
          new AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: uploadId }),
        ),
      );
    },

    /** Deletes up to 1,000 objects in one call; missing ones are fine. */
    async deleteBatch(bucket: string, keys: readonly string[]): Promise<void> {
      const doing = {
        action: 's3:DeleteObject',
        target: `${keys.length} objects in s3://${bucket}`,
      };
      // Not quiet: only a list of what was deleted tells an answer of S3 from another one.
      const { Deleted, Errors } = await call(session, doing, () =>
        client.send(
          new DeleteObjectsCommand({
            Bucket: bucket,
            Delete: { Objects: keys.map((Key) => ({ Key })) },
          }),
        ),
      );
      const [first] = Errors ?? [];
      if (first) {
        throw new CofferError(
          first.Code === 'AccessDenied' ? 'denied' : 'aws',
          `s3:DeleteObject s3://${bucket}/${first.Key}: ${first.Message ?? first.Code}`,
        );
      }
      const told = new Set(Deleted?.map(({ Key }) => Key));
      const untold = keys.find((key) => !told.has(key));
      if (untold !== undefined) throw incomplete(doing, untold);
    },
  };
}

function infoOf(doing: Doing, answer: HeadObjectCommandOutput): Omit<ObjectInfo, 'checksum'> {
  return {
    size: need(doing, answer, 'ContentLength'),
    metadata: answer.Metadata ?? {},
    etag: need(doing, answer, 'ETag'),
  };
}
