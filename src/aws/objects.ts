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
} from '@aws-sdk/client-s3';
import { CofferError } from '../errors.ts';
import { awsErrorName } from './errors.ts';
import { uploadInParts } from './multipart.ts';
import { call, clientConfig, type Session } from './session.ts';

/** An object's size and user metadata (bare lower-case names). */
export interface ObjectInfo {
  size: number;
  metadata: Readonly<Record<string, string>>;
}

/** An object as a listing tells of it. */
export interface StoredObject {
  key: string;
  size: number;
  modified: Date;
}

/** An upload in parts that was begun. */
export interface StoredUpload {
  key: string;
  uploadId: string;
  /** When it was begun. */
  modified: Date;
}

/** An object, or a part of it, on its way. */
export interface ObjectBody extends ObjectInfo {
  etag: string | undefined;
  body: Readable;
}

/** An object to write; its bytes can be read at any place, so that parts can be sent again. */
export interface NewObject extends ObjectInfo {
  /** Of the whole, 64 hex digits. */
  sha256: string;
  read: (offset: number, length: number) => Promise<Buffer>;
  signal?: AbortSignal | undefined;
  /** Told of the bytes that arrived. */
  progress?: ((bytes: number) => void) | undefined;
}

/** Above this, an object is sent in parts. */
const SINGLE_PUT_BYTES = 16 * 1024 * 1024;

export type ObjectStore = ReturnType<typeof createObjectStore>;

/** S3 of one region. */
export function createObjectStore(session: Session, region: string | undefined) {
  const client = new S3Client({
    ...clientConfig(session, region),
    forcePathStyle: session.endpoint !== undefined,
    // Content is verified by its own SHA-256 and tag; a second checksum would only cost time.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });

  return {
    region,

    /**
     * Writes an object, which must not exist yet unless `overwrite` is set.
     * @returns false when an object of that key was there already.
     */
    async put(
      bucket: string,
      key: string,
      object: NewObject,
      overwrite: boolean,
    ): Promise<boolean> {
      const at = { Bucket: bucket, Key: key };
      const condition = overwrite ? {} : { IfNoneMatch: '*' };
      try {
        if (object.size > SINGLE_PUT_BYTES)
          await uploadInParts(client, session, at, object, condition);
        else {
          const Body = await object.read(0, object.size);
          await call(session, doing('s3:PutObject', bucket, key), () =>
            client.send(
              new PutObjectCommand({
                ...at,
                Body,
                ContentType: 'application/octet-stream',
                ChecksumSHA256: Buffer.from(object.sha256, 'hex').toString('base64'),
                Metadata: { ...object.metadata },
                ...condition,
              }),
            ),
          );
          object.progress?.(Body.length);
        }
        return true;
      } catch (error) {
        if (awsErrorName(error) === 'PreconditionFailed') return false;
        throw error;
      }
    },

    /** `undefined` when there is no such object. */
    async head(bucket: string, key: string): Promise<ObjectInfo | undefined> {
      try {
        const answer = await call(session, doing('s3:GetObject', bucket, key), () =>
          client.send(new HeadObjectCommand({ Bucket: bucket, Key: key })),
        );
        return { size: answer.ContentLength ?? 0, metadata: answer.Metadata ?? {} };
      } catch (error) {
        if (error instanceof CofferError && error.code === 'not-found') return undefined;
        throw error;
      }
    },

    /** The whole object, or `length` bytes from `offset` of the version that `etag` names. */
    async get(
      bucket: string,
      key: string,
      part?: { offset: number; length: number; etag: string | undefined },
    ): Promise<ObjectBody> {
      const answer = await call(session, doing('s3:GetObject', bucket, key), () =>
        client.send(
          new GetObjectCommand({
            Bucket: bucket,
            Key: key,
            Range: part && `bytes=${part.offset}-${part.offset + part.length - 1}`,
            IfMatch: part?.etag,
          }),
        ),
      );
      if (!(answer.Body instanceof Readable)) {
        throw new CofferError('aws', `s3:GetObject s3://${bucket}/${key} gave no body`);
      }
      return {
        size: answer.ContentLength ?? 0,
        metadata: answer.Metadata ?? {},
        etag: answer.ETag,
        body: answer.Body,
      };
    },

    /** The objects whose keys begin with `prefix`. */
    async list(bucket: string, prefix: string): Promise<StoredObject[]> {
      const found: StoredObject[] = [];
      let next: string | undefined;
      do {
        const page = await call(session, doing('s3:ListBucket', bucket, prefix), () =>
          client.send(
            new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: next }),
          ),
        );
        for (const { Key = '', Size = 0, LastModified } of page.Contents ?? []) {
          found.push({ key: Key, size: Size, modified: LastModified ?? new Date() });
        }
        next = page.NextContinuationToken;
      } while (next);
      return found;
    },

    /** The unfinished uploads of keys that begin with `prefix`. */
    async listUploads(bucket: string, prefix: string): Promise<StoredUpload[]> {
      const found: StoredUpload[] = [];
      let markers: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } = {};
      for (;;) {
        const page = await call(
          session,
          doing('s3:ListBucketMultipartUploads', bucket, prefix),
          () =>
            client.send(
              new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix, ...markers }),
            ),
        );
        for (const { Key = '', UploadId = '', Initiated } of page.Uploads ?? []) {
          found.push({ key: Key, uploadId: UploadId, modified: Initiated ?? new Date() });
        }
        if (!page.IsTruncated) return found;
        markers = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
      }
    },

    async abortUpload(bucket: string, { key, uploadId }: StoredUpload): Promise<void> {
      await call(session, doing('s3:AbortMultipartUpload', bucket, key), () =>
        client.send(
          new AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: uploadId }),
        ),
      );
    },

    /** Deletes up to 1,000 objects in one call; those that were not there are fine. */
    async deleteBatch(bucket: string, keys: readonly string[]): Promise<void> {
      const { Errors } = await call(
        session,
        { action: 's3:DeleteObject', target: `${keys.length} objects in s3://${bucket}` },
        () =>
          client.send(
            new DeleteObjectsCommand({
              Bucket: bucket,
              Delete: { Objects: keys.map((Key) => ({ Key })), Quiet: true },
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
    },
  };
}

function doing(action: string, bucket: string, key: string) {
  return { action, target: `s3://${bucket}/${key}` };
}
