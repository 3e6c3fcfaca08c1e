import { checksumOf, isInParts, type Checksum } from './checksum.ts';
import type { Condition } from './new-object.ts';
import type { ObjectInfo, ObjectStore } from './objects.ts';
import { formatMetadata, type ObjectMetadata } from '../../crypto/object-format.ts';
import type { Wrapped } from '../../crypto/kms-port.ts';
import { formatPointer, type Pointer } from '../../crypto/pointer.ts';
import { CofferError, isFailure } from '../../errors.ts';
import { digestOf, HINTS, stateOf, type ExpectedObject, type ObjectState } from './expected.ts';

/** Sealed bytes, and the inputs of their metadata. */
export interface SealedObject extends ExpectedObject, Wrapped {
  keyArn: string;
  /** Once aborted, no further part is sent, and sent ones are removed. */
  signal?: AbortSignal | undefined;
  /** What S3 verifies, if it was computed with the digest; else it takes a reading of its own. */
  checksum?: Checksum | undefined;
  /** @param into a buffer that it may use, of at least that length */
  read: (offset: number, length: number, into?: Buffer) => Promise<Buffer>;
  progress?: ((bytes: number) => void) | undefined;
}

/** How often others may change an object between reading its state and writing it. */
const ATTEMPTS = 5;

export const NOTHING: ObjectState = { fault: 'missing' };

/**
 * Writes an object under the digest of its content, unless the same one exists.
 * @param seen its last known state, if any
 */
export async function publishObject(
  objects: ObjectStore,
  at: Pointer,
  object: SealedObject,
  seen?: ObjectState,
): Promise<void> {
  const checksum = object.checksum ?? (await checksumOf(object));
  const metadata: ObjectMetadata = {
    ...formatMetadata(object.wrapped, object.commitment, object.parameter),
    [HINTS.kmskey]: object.kmskey,
    [HINTS.keyArn]: object.keyArn,
    [HINTS.wrappedSha256]: digestOf(object.wrapped),
    [HINTS.parameter]: object.parameter,
    ...(checksum.parts.length > 0 && { [HINTS.checksum]: checksum.value }),
  };
  // A small object is sent at once: usually none exists, and that saves a call.
  let state = seen ?? (isInParts(object.size) ? await look(objects, at, object) : NOTHING);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    if (state && state.fault === undefined) return;
    const upload = { ...object, metadata, checksum };
    if (await objects.put(at.bucket, at.key, upload, conditionFor(state))) return;
    state = await look(objects, at, object);
  }
  throw new CofferError('conflict', `another process keeps writing ${formatPointer(at)}`, {
    hint: 'run the command again when it has finished',
  });
}

/**
 * Whether an object is gone after its pointer was written: a gc that listed pointers before may
 * have deleted it. Returns false if the caller may not look.
 */
export async function isGone(objects: ObjectStore, at: Pointer): Promise<boolean> {
  return (await head(objects, at)) === undefined;
}

/** `undefined` if the caller may not look. */
async function look(
  objects: ObjectStore,
  at: Pointer,
  expected: ExpectedObject,
): Promise<ObjectState | undefined> {
  const found = await head(objects, at);
  return found === 'hidden' ? undefined : stateOf(found, expected);
}

async function head(
  objects: ObjectStore,
  { bucket, key }: Pointer,
): Promise<ObjectInfo | 'hidden' | undefined> {
  try {
    return await objects.head(bucket, key);
  } catch (error) {
    if (isFailure(error, 'denied')) return 'hidden';
    throw error;
  }
}

/** Never replaces a newer object, unless the caller may not look. */
function conditionFor(state: ObjectState | undefined): Condition {
  if (!state) return {};
  return state.etag === undefined ? { IfNoneMatch: '*' } : { IfMatch: state.etag };
}
