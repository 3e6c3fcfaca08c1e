import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import pMap from 'p-map';
import { CofferError } from '../../errors.ts';
import { need } from '../../aws/answer.ts';
import type { Checksum, Part } from './checksum.ts';
import type { Condition, NewObject } from './new-object.ts';
import { call, type Session } from '../../aws/session.ts';

/** Four concurrent parts fill a fast link and need memory for only a few parts. */
const PARTS_IN_FLIGHT = 4;
/** How long cleaning up may take if S3 became unreachable. */
const ABORT_MS = 5_000;

/**
 * Uploads in parallel parts; leaves nothing behind if it fails.
 * @throws CofferError with an AWS name such as `PreconditionFailed` if `condition` is not met
 */
export async function uploadInParts(
  client: S3Client,
  session: Session,
  at: { Bucket: string; Key: string },
  object: NewObject & { checksum: Checksum },
  condition: Condition,
): Promise<void> {
  const doing = { action: 's3:PutObject', target: `s3://${at.Bucket}/${at.Key}` };
  const { checksum, signal } = object;
  const created = await call(session, doing, () =>
    client.send(
      new CreateMultipartUploadCommand({
        ...at,
        ContentType: 'application/octet-stream',
        ChecksumAlgorithm: 'SHA256',
        ChecksumType: 'COMPOSITE',
        Metadata: { ...object.metadata },
      }),
    ),
  );
  const UploadId = need(doing, created, 'UploadId');
  const stopIfInterrupted = () => {
    if (signal?.aborted) throw new CofferError('interrupted', 'the upload was interrupted');
  };
  /** Buffers that no part uses now. */
  const buffers: Buffer[] = [];
  try {
    const sendPart = async ({ offset, length, sha256 }: Part, index: number) => {
      stopIfInterrupted();
      const part = { PartNumber: index + 1, ChecksumSHA256: sha256 };
      const buffer = buffers.pop() ?? Buffer.allocUnsafe(length);
      const Body = await object.read(offset, length, buffer);
      const answer = await call(session, doing, () =>
        client.send(
          new UploadPartCommand({ ...at, UploadId, ...part, Body, ChecksumAlgorithm: 'SHA256' }),
        ),
      );
      buffers.push(buffer);
      object.progress?.(Body.length);
      return { ...part, ETag: need(doing, answer, 'ETag') };
    };
    // A part that arrives after the abort would stay, so this waits for running uploads.
    const failures: unknown[] = [];
    const sent = await pMap(
      checksum.parts,
      async (part, index) => {
        if (failures.length > 0) return [];
        return sendPart(part, index).then(
          (done) => [done],
          (error: unknown) => (failures.push(error), []),
        );
      },
      { concurrency: PARTS_IN_FLIGHT },
    );
    if (failures.length > 0) throw failures[0];
    stopIfInterrupted();
    const completed = await call(session, doing, () =>
      client.send(
        new CompleteMultipartUploadCommand({
          ...at,
          UploadId,
          MultipartUpload: { Parts: sent.flat() },
          ...condition,
        }),
      ),
    );
    need(doing, completed, 'ETag');
  } catch (error) {
    // Reports the first failure; a lifecycle rule removes what cannot be aborted.
    const abortSignal = AbortSignal.timeout(ABORT_MS);
    await client
      .send(new AbortMultipartUploadCommand({ ...at, UploadId }), { abortSignal })
      .catch(() => {});
    throw error;
  }
}
