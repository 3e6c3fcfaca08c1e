import type { ObjectStore } from '../aws/objects.ts';
import { formatMetadata } from '../crypto/object-format.ts';
import type { Commitment } from '../crypto/object-v3.ts';
import { formatPointer, type Pointer } from '../crypto/pointer.ts';
import { CofferError } from '../errors.ts';

/** Sealed bytes and what their metadata is made of. */
export interface SealedObject {
  sha256: string;
  size: number;
  commitment: Commitment;
  /** The data key under the key that readers use. */
  wrapped: Buffer;
  read: (offset: number, length: number) => Promise<Buffer>;
  progress?: ((bytes: number) => void) | undefined;
}

/**
 * Writes an object under the name of its content; one that is there already is left as it is.
 * @throws CofferError `conflict` when that one was sealed with another data key.
 */
export async function publishObject(
  objects: ObjectStore,
  at: Pointer,
  object: SealedObject,
): Promise<void> {
  const metadata = formatMetadata(object.wrapped, object.commitment);
  const created = await objects.create(at.bucket, at.key, { ...object, metadata });
  if (created) return;
  const there = await objects.head(at.bucket, at.key).catch((error: unknown) => {
    // Who may only write cannot look, and need not: the key names the content.
    if (error instanceof CofferError && error.code === 'denied') return undefined;
    throw error;
  });
  if (there && there.metadata['x-amz-d'] !== metadata['x-amz-d']) {
    throw new CofferError('conflict', `${formatPointer(at)} exists and holds something else`, {
      hint: 'somebody wrote it by other means: delete that object, then run the command again',
    });
  }
}
