import type { ObjectStore } from '../aws/objects.ts';
import { formatMetadata, type ObjectMetadata } from '../crypto/object-format.ts';
import type { Commitment } from '../crypto/object-v3.ts';
import { formatPointer, type Pointer } from '../crypto/pointer.ts';
import { CofferError } from '../errors.ts';

/** Names the key that readers need, which the wrapped key itself does not tell. */
export const KMSKEY_METADATA = 'coffer-kmskey';
/** Names the parameter that points to the object. */
export const PARAMETER_METADATA = 'coffer-parameter';

/** Sealed bytes and what their metadata is made of. */
export interface SealedObject {
  sha256: string;
  size: number;
  commitment: Commitment;
  /** The data key under the key that readers use. */
  wrapped: Buffer;
  kmskey: string;
  /** The full name of the parameter that will point here. */
  parameter: string;
  /** Once aborted, no further part is sent, and those that were are taken back. */
  signal?: AbortSignal | undefined;
  read: (offset: number, length: number) => Promise<Buffer>;
  progress?: ((bytes: number) => void) | undefined;
}

/**
 * Writes an object under the name of its content. One that is there already is left as it is,
 * unless it is for another key, or was found to be wrong and `overwrite` is set.
 * @throws CofferError `conflict` when that one was sealed with another data key.
 */
export async function publishObject(
  objects: ObjectStore,
  at: Pointer,
  object: SealedObject,
  overwrite = false,
): Promise<void> {
  const metadata: ObjectMetadata = {
    ...formatMetadata(object.wrapped, object.commitment),
    [KMSKEY_METADATA]: object.kmskey,
    [PARAMETER_METADATA]: object.parameter,
  };
  const put = (anyway: boolean) => objects.put(at.bucket, at.key, { ...object, metadata }, anyway);
  if (await put(overwrite)) return;
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
  if (there && there.metadata[KMSKEY_METADATA] !== object.kmskey) await put(true);
}
