import { createHash, type DecipherGCM } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import pMap from 'p-map';
import type { ObjectBody, ObjectStore } from './objects.ts';
import { CHECK_THE_WAY, isTimeout } from '../../aws/errors.ts';
import type { KeyDemand, Kms } from '../../crypto/kms-port.ts';
import { createDecipher, parseMetadata, type ObjectHeader } from '../../crypto/object-format.ts';
import { objectContext, PARAMETER_PAIR, TAG_BYTES } from '../../crypto/object-v3.ts';
import { formatPointer, parameterIn, type Pointer } from '../../crypto/pointer.ts';
import { CofferError } from '../../errors.ts';
import type { SizeLimit } from '../../sizes.ts';
import { gather } from './gather.ts';
import { fileSpool, memorySpool, type Spool } from './spool.ts';

const MEMORY_LIMIT = 64 * 1024 * 1024;
const RANGE_BYTES = 8 * 1024 * 1024;
const RANGES_IN_FLIGHT = 4;
const RANGE_ATTEMPTS = 5;
const SILENT_ATTEMPTS = 2;
const CHUNK_BYTES = 1024 * 1024;

/** The fetched ciphertext of an object, and what opening it needs. */
export interface FetchedObject {
  /** Size of the plaintext. */
  size: number;
  header: ObjectHeader;
  dataKey: () => Promise<Buffer>;
  /** The unchanged body, tag included. */
  sealed: () => AsyncGenerator<Buffer>;
  /**
   * The plaintext; verifies all of it before it releases the first byte.
   * @throws CofferError `tampered`
   */
  verified: () => AsyncGenerator<Buffer>;
  /**
   * The plaintext in one pass. It is verified only when the generator ends without a throw: use it
   * only for a destination that can be undone.
   * @throws CofferError `tampered`
   */
  unverified: () => AsyncGenerator<Buffer>;
  close: () => Promise<void>;
}

/** What an object has to be for its reader. */
export interface Demands {
  /** The full name of the parameter that it has to belong to. */
  parameter?: string | undefined;
  /** The key that it has to be under. */
  key?: KeyDemand;
  /** The account that the bucket has to belong to. */
  owner?: string | undefined;
}

interface Services {
  objects: ObjectStore;
  kms: Kms;
  spoolFolder: string;
  /** Larger objects go to a spool file, as ciphertext; smaller ones stay in memory. */
  memoryLimit?: number;
  /** Of the plaintext; a larger object is not fetched. */
  limit: SizeLimit;
  /** Called with the bytes fetched so far, and the total. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Fetches an object's ciphertext, in parallel ranges if it is large. */
export async function fetchObject(
  pointer: Pointer,
  services: Services,
  demands: Demands = {},
): Promise<FetchedObject> {
  const url = formatPointer(pointer);
  const { owner } = demands;
  const whole = await services.objects.get(pointer.bucket, pointer.key, undefined, owner);
  try {
    const header = headerOf(whole, pointer, demands);
    services.limit.take(url, whole.size - TAG_BYTES);
    const spool = await fill(whole, pointer, services, owner);
    let opened: Promise<Buffer> | undefined;
    const dataKey = () =>
      (opened ??= services.kms.decrypt(header.wrapped, header.context, demands.key));
    const pass = async function* () {
      try {
        const decipher = createDecipher(header, await dataKey());
        yield* decrypt(spool, whole.size, header, decipher, pointer);
      } catch (error) {
        fail(error, url);
      }
    };
    return {
      size: whole.size - TAG_BYTES,
      header,
      dataKey,
      sealed: () => chunksOf(spool, whole.size),
      unverified: pass,
      async *verified() {
        // Decrypting twice avoids keeping the plaintext, which must not touch a disk.
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

function headerOf(object: ObjectBody, pointer: Pointer, demands: Demands): ObjectHeader {
  try {
    if (object.size < TAG_BYTES) throw new CofferError('tampered', 'the object is too short');
    return boundHeader(parseMetadata(object.metadata), pointer, demands.parameter);
  } catch (error) {
    return fail(error, formatPointer(pointer));
  }
}

/**
 * The header, once it is of what the pointer promises. A name of coffer's promises V3, and exactly
 * the context of its parameter: KMS then refuses the key of every other object. What others wrote
 * may have other pairs, or none.
 */
function boundHeader(
  header: ObjectHeader,
  pointer: Pointer,
  parameter: string | undefined,
): ObjectHeader {
  const { isBound = false } = pointer;
  const named = header.version === 3 ? header.context[PARAMETER_PAIR] : undefined;
  if (isBound && header.version !== 3) {
    throw new CofferError(
      'tampered',
      `its name promises the format V3, and it is V${header.version}`,
      {
        hint: 'somebody put another object in its place: publish the secret anew with coffer save',
      },
    );
  }
  const owner = parameter ?? (isBound ? parameterIn(pointer) : named);
  const isOther = isBound
    ? !isDeepStrictEqual(header.context, objectContext(owner ?? ''))
    : named !== undefined && named !== owner;
  if (isOther) {
    throw new CofferError('tampered', `it belongs to ${named ?? 'no parameter'}, not to ${owner}`, {
      hint:
        parameter === undefined
          ? 'name the parameter that points to it: --parameter NAME'
          : 'somebody turned a pointer to another object: publish the secret anew with coffer save',
    });
  }
  return header;
}

async function fill(
  whole: ObjectBody,
  { bucket, key }: Pointer,
  { objects, spoolFolder, memoryLimit = MEMORY_LIMIT, onProgress }: Services,
  owner: string | undefined,
): Promise<Spool> {
  const { size, etag } = whole;
  const url = formatPointer({ bucket, key });
  const isSmall = size <= memoryLimit;
  const spool = isSmall ? memorySpool(size) : await fileSpool(spoolFolder, size);
  // The first answer is enough if it holds the whole object.
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
          const part = first ?? (await objects.get(bucket, key, { offset, length, etag }, owner));
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
      if (done + chunk.length > length) throw tooLong(length);
      await to.write(chunk, offset + done);
      done += chunk.length;
    }
  } catch (cause) {
    if (cause instanceof CofferError) throw cause;
    const message =
      cause instanceof Error && isTimeout(cause) ? cause.message : 'the connection broke';
    throw new CofferError('network', message, { cause });
  }
  if (done !== length) {
    throw new CofferError('network', `the connection ended after ${done} of ${length} bytes`);
  }
}

function tooLong(length: number): CofferError {
  return new CofferError('aws', `the answer has more than the ${length} bytes that it promised`, {
    hint: CHECK_THE_WAY,
  });
}

/** Waits after a broken connection, but not after a timeout, which already took half a minute. */
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
  // The names of V3 objects hash the sealed bytes; those of s3-kms-ssm-secrets hash the plaintext.
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
    throw new CofferError('tampered', 'the object failed verification', {
      hint: 'it was changed after it was written; no plaintext was released',
      cause,
    });
  }
  if (hashesSealed) digest.update(tag);
  if (pointer.sha256 !== undefined && digest.digest('hex') !== pointer.sha256) {
    throw new CofferError('tampered', 'the object does not match the digest in its name', {
      hint: 'no plaintext was released; publish the secret again with coffer save',
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
