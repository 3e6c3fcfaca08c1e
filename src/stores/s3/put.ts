import type { ObjectStore } from './objects.ts';
import type { Kms } from '../../crypto/kms-port.ts';
import { createObjectCipher, objectContext, sealChunks } from '../../crypto/object-v3.ts';
import { objectName, type Pointer } from '../../crypto/pointer.ts';
import { stopIfAborted } from '../../host.ts';
import { isGone, NOTHING, publishObject } from './publish.ts';
import { isOfOtherBytes, PartDigests } from './checksum.ts';
import { dataChanged, ResealedBody } from './resealed-body.ts';
import { SealedBody, spooledBody } from './sealed-body.ts';

export interface PutRequest {
  bucket: string;
  /** Prefix of the object's key; the digest and `extension` follow. */
  prefix: string;
  extension: string;
  kmskey: string;
  /** The parameter that will point to the object. */
  parameter: string;
  /** Opens the same data once more: large data then needs no space on the disk. */
  again?: (() => AsyncIterable<Buffer>) | undefined;
  /** Once aborted, nothing is published: the data may be cut short. */
  signal?: AbortSignal | undefined;
  /** Called with the bytes sealed, then with the bytes uploaded. */
  onSealed?: ((bytes: number) => void) | undefined;
  onUploaded?: ((done: number, total: number) => void) | undefined;
  /** Writes the pointer, after the object exists. */
  point: (pointer: Pointer) => Promise<void>;
}

/**
 * Seals data while reading it, and publishes it as an object named by its content. Only ciphertext
 * is ever stored.
 */
export async function putObject(
  data: AsyncIterable<Buffer>,
  request: PutRequest,
  services: { objects: ObjectStore; kms: Kms; spoolFolder: string },
): Promise<Pointer> {
  const { kmskey, bucket, parameter } = request;
  const { dataKey, ...key } = await services.kms.generateDataKey(kmskey, objectContext(parameter));
  const { cipher, messageId, commitment } = createObjectCipher(dataKey);
  const { again } = request;
  const body = new SealedBody(async () => {
    if (!again) return spooledBody(services.spoolFolder);
    return new ResealedBody(again, () => createObjectCipher(dataKey, messageId).cipher);
  });
  try {
    const parts = new PartDigests();
    for await (const chunk of sealChunks(cipher, data)) {
      // S3 compares these with what it gets later.
      parts.update(chunk);
      await body.add(chunk);
      request.onSealed?.(body.size);
    }
    const sha256 = await body.end();
    stopIfAborted(request.signal);
    const { size } = body;
    const prefix = request.prefix.replaceAll(/^\/+|\/+$/g, '');
    const name = objectName(sha256, request.extension);
    const pointer = { bucket, key: prefix === '' ? name : `${prefix}/${name}`, sha256 };
    let uploaded = 0;
    const object = {
      ...key,
      sha256,
      size,
      checksum: parts.finish(size, sha256),
      commitment: { messageId, commitment },
      kmskey,
      parameter,
      read: (offset: number, length: number, into?: Buffer) => body.read(offset, length, into),
      signal: request.signal,
      progress: (bytes: number) => request.onUploaded?.((uploaded += bytes), size),
    };
    await publishObject(services.objects, pointer, object, NOTHING);
    stopIfAborted(request.signal);
    await request.point(pointer);
    if (await isGone(services.objects, pointer)) {
      await publishObject(services.objects, pointer, { ...object, signal: undefined }, NOTHING);
    }
    return pointer;
  } catch (error) {
    stopIfAborted(request.signal);
    throw again && isOfOtherBytes(error) ? dataChanged(error) : error;
  } finally {
    await body.close();
  }
}
