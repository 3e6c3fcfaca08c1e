import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  UploadPartCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import pMap from 'p-map';
import { CofferError } from '../errors.ts';
import type { NewObject } from './objects.ts';
import { call, type Session } from './session.ts';

/** S3's smallest part, and its largest number of parts. */
const PART_BYTES = 5 * 1024 * 1024;
const MAX_PARTS = 10_000;
/** Four parts in flight fill a fast link and keep memory at a few parts' size. */
const PARTS_IN_FLIGHT = 4;
/** An S3 that went away in the middle is not waited for once more. */
const ABORT_MS = 5_000;

/**
 * Uploads in parts, in parallel; nothing is left behind when it fails.
 * @throws CofferError whose AWS name is `PreconditionFailed` when the key exists already.
 */
export async function uploadInParts(
  client: S3Client,
  session: Session,
  at: { Bucket: string; Key: string },
  object: NewObject,
  condition: { IfNoneMatch?: string },
): Promise<void> {
  const target = `s3://${at.Bucket}/${at.Key}`;
  const put = <T>(send: () => Promise<T>) =>
    call(session, { action: 's3:PutObject', target }, send);
  const { UploadId } = await put(() =>
    client.send(
      new CreateMultipartUploadCommand({
        ...at,
        ContentType: 'application/octet-stream',
        Metadata: { ...object.metadata },
      }),
    ),
  );
  if (!UploadId) throw new CofferError('aws', `s3:PutObject ${target} gave no upload id`);
  try {
    const partBytes = Math.max(PART_BYTES, Math.ceil(object.size / MAX_PARTS));
    const offsets = Array.from(
      { length: Math.ceil(object.size / partBytes) },
      (_, i) => i * partBytes,
    );
    const sendPart = async (offset: number, index: number) => {
      if (object.signal?.aborted)
        throw new CofferError('interrupted', 'the upload was interrupted');
      const PartNumber = index + 1;
      const Body = await object.read(offset, Math.min(partBytes, object.size - offset));
      const { ETag } = await put(() =>
        client.send(new UploadPartCommand({ ...at, UploadId, PartNumber, Body })),
      );
      object.progress?.(Body.length);
      return { ETag, PartNumber };
    };
    // A part that arrives after the abort would stay: those in flight are waited for.
    const failures: unknown[] = [];
    const sent = await pMap(
      offsets,
      async (offset, index) => {
        if (failures.length > 0) return [];
        return sendPart(offset, index).then(
          (part) => [part],
          (error: unknown) => (failures.push(error), []),
        );
      },
      { concurrency: PARTS_IN_FLIGHT },
    );
    if (failures.length > 0) throw failures[0];
    await put(() =>
      client.send(
        new CompleteMultipartUploadCommand({
          ...at,
          UploadId,
          MultipartUpload: { Parts: sent.flat() },
          ...condition,
        }),
      ),
    ).catch(async (error: unknown) => {
      // When the answer to a first attempt got lost, the second finds the upload gone.
      const isGone = error instanceof CofferError && error.code === 'not-found';
      if (!isGone || !(await isThere(client, at, object))) throw error;
    });
  } catch (error) {
    // The first failure is the one to tell of; a lifecycle rule clears what cannot be aborted.
    const abortSignal = AbortSignal.timeout(ABORT_MS);
    await client
      .send(new AbortMultipartUploadCommand({ ...at, UploadId }), { abortSignal })
      .catch(() => {});
    throw error;
  }
}

/** Whether that very object stands there: its metadata holds a wrapped key that no other has. */
async function isThere(
  client: S3Client,
  at: { Bucket: string; Key: string },
  { metadata }: NewObject,
): Promise<boolean> {
  const found = await client.send(new HeadObjectCommand(at)).catch(() => undefined);
  return Object.entries(metadata).every(([name, value]) => found?.Metadata?.[name] === value);
}
