import { createHash, type DecipherGCM } from 'node:crypto';
import pMap from 'p-map';
import type { ObjectBody, ObjectStore } from './objects.ts';
import { isTimeout } from '../../aws/errors.ts';
import type { Kms } from '../../crypto/kms-port.ts';
import { createDecipher, parseMetadata, type ObjectHeader } from '../../crypto/object-format.ts';
import { TAG_BYTES } from '../../crypto/object-v3.ts';
import { formatPointer, type Pointer } from '../../crypto/pointer.ts';
import { CofferError } from '../../errors.ts';
import { gather } from './gather.ts';
import { fileSpool, memorySpool, type Spool } from './spool.ts';

const MEMORY_LIMIT = 64 * 1024 * 1024;
const RANGE_BYTES = 8 * 1024 * 1024;
const RANGES_IN_FLIGHT = 4;
const RANGE_ATTEMPTS = 5;
const SILENT_ATTEMPTS = 2;
const CHUNK_BYTES = 1024 * 1024;

/** An object's ciphertext, here, with what it takes to open it. */
export interface FetchedObject {
  /** Of the plaintext. */
  size: number;
  header: ObjectHeader;
  /** The body as it is, tag included. */
  sealed: () => AsyncGenerator<Buffer>;
  /**
   * The plaintext, nothing of it before all of it is verified.
   * @throws CofferError `tampered`
   */
  verified: () => AsyncGenerator<Buffer>;
  /**
   * The plaintext in one pass. It is verified only once the generator has ended without a throw:
   * for a place from which it can be taken back.
   * @throws CofferError `tampered`
   */
  unverified: () => AsyncGenerator<Buffer>;
  close: () => Promise<void>;
}

interface Services {
  objects: ObjectStore;
  kms: Kms;
  spoolFolder: string;
  /** Up to so many bytes are held in memory; the ciphertext of a larger object goes to a spool file. */
  memoryLimit?: number;
  /** An object of more plaintext is refused as `oversize`, and not brought here. */
  maxBytes?: number | undefined;
  /** Told of the bytes that arrived, of all that will. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Brings an object's ciphertext here, in parallel ranges when it is large. */
export async function fetchObject(pointer: Pointer, services: Services): Promise<FetchedObject> {
  const url = formatPointer(pointer);
  const whole = await services.objects.get(pointer.bucket, pointer.key);
  try {
    const header = headerOf(whole, url);
    refuseLarger(whole, services.maxBytes, url);
    const spool = await fill(whole, pointer, services);
    let dataKey: Buffer | undefined;
    const pass = async function* () {
      try {
        dataKey ??= await services.kms.decrypt(header.wrapped, header.context);
        yield* decrypt(spool, whole.size, header, createDecipher(header, dataKey), pointer);
      } catch (error) {
        fail(error, url);
      }
    };
    return {
      size: whole.size - TAG_BYTES,
      header,
      sealed: () => chunksOf(spool, whole.size),
      unverified: pass,
      async *verified() {
        // Decrypting twice is cheaper than holding the plaintext, which may not touch a disk.
        for await (const _ of pass());
        yield* pass();
      },
      close: () => spool.close(),
    };
  } catch (error) {
    whole.body.destroy();
    throw error;
  }
}

function headerOf(object: ObjectBody, url: string): ObjectHeader {
  try {
    if (object.size < TAG_BYTES) throw new CofferError('tampered', 'the object is too short');
    return parseMetadata(object.metadata);
  } catch (error) {
    return fail(error, url);
  }
}

function refuseLarger(object: ObjectBody, maxBytes = Infinity, url: string): void {
  const size = object.size - TAG_BYTES;
  if (size <= maxBytes) return;
  throw new CofferError('oversize', `${url}: it has ${size} bytes, more than ${maxBytes}`, {
    hint: 'raise maxBytes, or read it in chunks',
  });
}

async function fill(
  whole: ObjectBody,
  { bucket, key }: Pointer,
  { objects, spoolFolder, memoryLimit = MEMORY_LIMIT, onProgress }: Services,
): Promise<Spool> {
  const { size, etag } = whole;
  const url = formatPointer({ bucket, key });
  const isSmall = size <= memoryLimit;
  const spool = isSmall ? memorySpool(size) : await fileSpool(spoolFolder);
  // What the first answer brings is used when it is all there is to bring.
  let first: ObjectBody | undefined = isSmall ? whole : undefined;
  if (!first) whole.body.destroy();
  const rangeBytes = isSmall ? size : RANGE_BYTES;
  const offsets = Array.from({ length: Math.ceil(size / rangeBytes) }, (_, i) => i * rangeBytes);
  let done = 0;
  try {
    await pMap(
      offsets,
      async (offset) => {
        const length = Math.min(rangeBytes, size - offset);
        for (let attempt = 1; ; attempt++) {
          const part = first ?? (await objects.get(bucket, key, { offset, length, etag }));
          first = undefined;
          try {
            await copy(part.body, offset, length, spool);
            break;
          } catch (error) {
            if (!isWorthAnother(error, attempt)) fail(error, url);
          }
        }
        done += length;
        onProgress?.(done, size);
      },
      { concurrency: RANGES_IN_FLIGHT },
    );
    return spool;
  } catch (error) {
    await spool.close();
    throw error;
  }
}

async function copy(
  from: AsyncIterable<Buffer>,
  offset: number,
  length: number,
  to: Spool,
): Promise<void> {
  let done = 0;
  try {
    for await (const chunk of gather(from)) {
      if (done + chunk.length > length) break;
      await to.write(chunk, offset + done);
      done += chunk.length;
    }
  } catch (cause) {
    if (cause instanceof CofferError) throw cause;
    const message =
      cause instanceof Error && isTimeout(cause) ? cause.message : 'the connection broke off';
    throw new CofferError('network', message, { cause });
  }
  if (done !== length) {
    throw new CofferError('network', `the connection ended after ${done} of ${length} bytes`);
  }
}

/** After a body that broke off; one that fell silent has taken half a minute already. */
function isWorthAnother(error: unknown, attempt: number): boolean {
  const isBroken = error instanceof CofferError && error.code === 'network';
  return isBroken && attempt < (isTimeout(error) ? SILENT_ATTEMPTS : RANGE_ATTEMPTS);
}

async function* chunksOf(spool: Spool, end: number): AsyncGenerator<Buffer> {
  for (let offset = 0; offset < end; offset += CHUNK_BYTES) {
    yield spool.read(offset, Math.min(CHUNK_BYTES, end - offset));
  }
}

async function* decrypt(
  spool: Spool,
  size: number,
  header: ObjectHeader,
  decipher: DecipherGCM,
  pointer: Pointer,
): AsyncGenerator<Buffer> {
  // V3 objects are named by their sealed bytes, s3-kms-ssm-secrets named its own by the plaintext.
  const digest = createHash('sha256');
  const hashesSealed = header.version === 3;
  const end = size - TAG_BYTES;
  const tag = await spool.read(end, TAG_BYTES);
  decipher.setAuthTag(tag);
  for await (const sealed of chunksOf(spool, end)) {
    const plain = decipher.update(sealed);
    digest.update(hashesSealed ? sealed : plain);
    yield plain;
  }
  try {
    decipher.final();
  } catch (cause) {
    throw new CofferError('tampered', 'the object does not verify', {
      hint: 'it was altered after it was written; nothing of it was released',
      cause,
    });
  }
  if (hashesSealed) digest.update(tag);
  if (pointer.sha256 !== undefined && digest.digest('hex') !== pointer.sha256) {
    throw new CofferError('tampered', 'the object is not the one that its name promises', {
      hint: 'nothing of it was released; publish the secret anew with coffer save',
    });
  }
}

function fail(error: unknown, url: string): never {
  if (!(error instanceof CofferError)) throw error;
  throw new CofferError(error.code, `${url}: ${error.message}`, {
    hint: error.hint,
    cause: error.cause,
  });
}
