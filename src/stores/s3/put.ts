import type { ObjectStore } from './objects.ts';
import type { Kms } from '../../crypto/kms-port.ts';
import { createObjectCipher, objectContext, sealChunks } from '../../crypto/object-v3.ts';
import { objectName, type Pointer } from '../../crypto/pointer.ts';
import { WriteBehind } from '../../files/write-behind.ts';
import { stopIfAborted } from '../../host.ts';
import { isGone, NOTHING, publishObject } from './publish.ts';
import { PartDigests } from './checksum.ts';
import { SpoolDigest } from './spool-digest.ts';
import { fileSpool, memorySpool, type Spool } from './spool.ts';

/** Larger data needs a spool file. */
const MEMORY_LIMIT = 1024 * 1024;

export interface PutRequest {
  bucket: string;
  /** Prefix of the object's key; the digest and `extension` follow. */
  prefix: string;
  extension: string;
  kmskey: string;
  /** The parameter that will point to the object. */
  parameter: string;
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
  const store = new GrowingSpool(services.spoolFolder);
  const digest = new SpoolDigest();
  const writer = new WriteBehind(async (bytes) => {
    await store.append(bytes);
    await digest.grown(store.fd, store.size);
  });
  try {
    const parts = new PartDigests();
    for await (const chunk of sealChunks(cipher, data)) {
      // S3 compares these with what it gets from the spool file.
      parts.update(chunk);
      digest.update(chunk);
      await writer.add(chunk);
      request.onSealed?.(writer.size);
    }
    await writer.end();
    stopIfAborted(request.signal);
    const sha256 = await digest.finish(store.size);
    const { size } = store;
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
      read: (offset: number, length: number, into?: Buffer) => store.read(offset, length, into),
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
    throw error;
  } finally {
    // What still opens the file would leave it open.
    await writer.settled();
    await digest.close();
    await store.close();
  }
}

/** In memory while small, then in an unnamed file. */
class GrowingSpool {
  readonly #folder: string;
  #spool: Spool = memorySpool(MEMORY_LIMIT);
  #isFile = false;
  size = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Of the file, once there is one. */
  get fd(): number | undefined {
    return this.#spool.fd;
  }

  async append(bytes: Buffer): Promise<void> {
    if (!this.#isFile && this.size + bytes.length > MEMORY_LIMIT) {
      const memory = this.#spool;
      this.#spool = await fileSpool(this.#folder);
      this.#isFile = true;
      await this.#spool.write(await memory.read(0, this.size), 0);
    }
    await this.#spool.write(bytes, this.size);
    this.size += bytes.length;
  }

  read(offset: number, length: number, into?: Buffer): Promise<Buffer> {
    return this.#spool.read(offset, length, into);
  }

  close(): Promise<void> {
    return this.#spool.close();
  }
}
