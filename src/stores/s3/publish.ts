import { checksumOf, isInParts } from './checksum.ts';
import type { Condition } from './new-object.ts';
import type { ObjectInfo, ObjectStore } from './objects.ts';
import { formatMetadata, type ObjectMetadata } from '../../crypto/object-format.ts';
import type { Wrapped } from '../../crypto/kms-port.ts';
import { formatPointer, type Pointer } from '../../crypto/pointer.ts';
import { CofferError } from '../../errors.ts';
import { digestOf, HINTS, stateOf, type ExpectedObject, type ObjectState } from './expected.ts';

/** Sealed bytes, and what their metadata is made of. */
export interface SealedObject extends ExpectedObject, Wrapped {
  keyArn: string;
  /** Once aborted, no further part is sent, and those that were are taken back. */
  signal?: AbortSignal | undefined;
  read: (offset: number, length: number) => Promise<Buffer>;
  progress?: ((bytes: number) => void) | undefined;
}

/** How often others may come between a look at an object and its writing. */
const ATTEMPTS = 5;

export const NOTHING: ObjectState = { fault: 'missing' };

/**
 * Writes an object under the name of its content, unless the very same is there already.
 * @param seen what was found there, if somebody looked
 */
export async function publishObject(
  objects: ObjectStore,
  at: Pointer,
  object: SealedObject,
  seen?: ObjectState,
): Promise<void> {
  const checksum = await checksumOf(object);
  const metadata: ObjectMetadata = {
    ...formatMetadata(object.wrapped, object.commitment),
    [HINTS.kmskey]: object.kmskey,
    [HINTS.keyArn]: object.keyArn,
    [HINTS.wrappedSha256]: digestOf(object.wrapped),
    [HINTS.parameter]: object.parameter,
    ...(checksum.parts.length > 0 && { [HINTS.checksum]: checksum.value }),
  };
  // What is small is sent at once, in the hope that nothing is there: that saves a call.
  let state = seen ?? (isInParts(object.size) ? await look(objects, at, object) : NOTHING);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    if (state && state.fault === undefined) return;
    const upload = { ...object, metadata, checksum };
    if (await objects.put(at.bucket, at.key, upload, conditionFor(state))) return;
    state = await look(objects, at, object);
  }
  throw new CofferError('conflict', `somebody else keeps writing ${formatPointer(at)}`, {
    hint: 'run the command again when they are done',
  });
}

/**
 * Whether an object is gone after its pointer was written: a gc that looked for pointers before may
 * have deleted it. Who may not look is told that it is there.
 */
export async function isGone(objects: ObjectStore, at: Pointer): Promise<boolean> {
  return (await head(objects, at)) === undefined;
}

/** `undefined` for who may not look. */
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
    if (error instanceof CofferError && error.code === 'denied') return 'hidden';
    throw error;
  }
}

/** Nobody's newer object is replaced; who may not look replaces whatever is there. */
function conditionFor(state: ObjectState | undefined): Condition {
  if (!state) return {};
  return state.etag === undefined ? { IfNoneMatch: '*' } : { IfMatch: state.etag };
}
