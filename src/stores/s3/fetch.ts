import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { ObjectBody, ObjectStore } from './objects.ts';
import { awsErrorName } from '../../aws/errors.ts';
import type { KeyDemand, Kms } from '../../crypto/kms-port.ts';
import { createDecipher, parseMetadata, type ObjectHeader } from '../../crypto/object-format.ts';
import { CIPHER_BYTES, objectContext, PARAMETER_PAIR, TAG_BYTES } from '../../crypto/object-v3.ts';
import { formatPointer, parameterIn, type Pointer } from '../../crypto/pointer.ts';
import { CofferError } from '../../errors.ts';
import { readAhead } from '../../files/read-ahead.ts';
import type { SizeLimit } from '../../sizes.ts';
import { RANGE_BYTES, readRanges, type Range } from './ranges.ts';
import { fileSpool, memorySpool, type Spool } from './spool.ts';

const MEMORY_LIMIT = 64 * 1024 * 1024;

/** An object whose header is as demanded, and how to read it. */
export interface FetchedObject {
  /** Size of the plaintext. */
  size: number;
  header: ObjectHeader;
  dataKey: () => Promise<Buffer>;
  /** @throws CofferError `tampered` */
  verify: () => Promise<void>;
  /** The unchanged body, tag included, once it is verified. */
  sealed: () => AsyncGenerator<Buffer>;
  /**
   * The plaintext; verifies all of it before it releases the first byte.
   * @throws CofferError `tampered`
   */
  verified: () => AsyncGenerator<Buffer>;
  /**
   * The plaintext in one pass, as it arrives. It is verified only when the generator ends without a
   * throw: use it only for a destination that can be undone.
   * @throws CofferError `tampered`
   */
  unverified: () => AsyncGenerator<Buffer>;
  close: () => Promise<void>;
}

/** What an object has to be for its reader. */
export interface Demands {
  /** The full name of the parameter that it has to belong to. */
  parameter?: string | undefined;
  /** How the key of an object that names no parameter has to begin. */
  folder?: string | undefined;
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

/** Asks for an object, and reads its header; the body follows as somebody reads it. */
export async function fetchObject(
  pointer: Pointer,
  services: Services,
  demands: Demands = {},
): Promise<FetchedObject> {
  const { bucket, key } = pointer;
  const { objects, spoolFolder, memoryLimit = MEMORY_LIMIT, onProgress } = services;
  const url = formatPointer(pointer);
  const get = (range: Range & { etag?: string }) => objects.get(bucket, key, range, demands.owner);
  let first: ObjectBody | undefined = await firstRange(get, url);
  const { size, etag } = first;
  let header: ObjectHeader;
  try {
    header = headerOf(first, pointer, demands);
    services.limit.take(url, size - TAG_BYTES);
  } catch (error) {
    first.body.destroy();
    throw error;
  }

  const arriving = () =>
    readRanges(
      size,
      async (range) => {
        const begun = range.offset === 0 ? first : undefined;
        if (begun) first = undefined;
        return begun ?? get({ ...range, etag });
      },
      onProgress,
    );
  const dataKey = once(() => services.kms.decrypt(header.wrapped, header.context, demands.key));
  /** @param sha256 the digest that the body has to have, if that is not known to be right */
  const open = async function* (sealed: AsyncIterable<Buffer>, sha256?: string) {
    try {
      yield* decrypt(sealed, size, header, await dataKey(), sha256);
    } catch (error) {
      fail(error, url);
    }
  };
  let spool: Spool | undefined;
  /** Sets the ciphertext aside, and verifies it on its way. */
  const verifiedSpool = once(async () => {
    spool = size <= memoryLimit ? memorySpool(size) : await fileSpool(spoolFolder, size);
    for await (const _ of open(copied(arriving(), spool), pointer.sha256));
    return spool;
  });
  return {
    size: size - TAG_BYTES,
    header,
    dataKey,
    verify: async () => void (await verifiedSpool()),
    sealed: async function* () {
      yield* chunksOf(await verifiedSpool(), size);
    },
    // Decrypting twice avoids keeping the plaintext, which must not touch a disk.
    verified: async function* () {
      yield* open(chunksOf(await verifiedSpool(), size));
    },
    unverified: () => open(arriving(), pointer.sha256),
    close: async () => {
      first?.body.destroy();
      await spool?.close();
    },
  };
}

function headerOf(object: ObjectBody, pointer: Pointer, demands: Demands): ObjectHeader {
  try {
    if (object.size < TAG_BYTES) throw tooShort();
    const header = boundHeader(parseMetadata(object.metadata), pointer, demands.parameter);
    refuseElsewhere(header, pointer, demands);
    return header;
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
  const named = parameterOf(header);
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

/** The parameter that an object names; those that others wrote may name none. */
function parameterOf(header: ObjectHeader): string | undefined {
  return header.version === 3 ? header.context[PARAMETER_PAIR] : undefined;
}

/** Of an object that names no parameter, only its place says whose it is. */
function refuseElsewhere(header: ObjectHeader, { key }: Pointer, { folder }: Demands): void {
  if (folder === undefined || key.startsWith(folder) || parameterOf(header) !== undefined) return;
  throw new CofferError('tampered', `it names no parameter, and is not below ${folder}`, {
    hint: 'if it belongs to the parameter, publish it anew with coffer put, or add --allow-foreign',
  });
}

/**
 * The first range: with it come the size and the header of the whole object.
 * @throws CofferError `tampered` for an object without a byte, of which S3 gives no range
 */
async function firstRange(
  get: (range: Range) => Promise<ObjectBody>,
  url: string,
): Promise<ObjectBody> {
  try {
    return await get({ offset: 0, length: RANGE_BYTES });
  } catch (error) {
    if (awsErrorName(error) !== 'InvalidRange') throw error;
    return fail(tooShort(), url);
  }
}

function tooShort(): CofferError {
  return new CofferError('tampered', 'the object is too short');
}

/** The same chunks, which go to the spool meanwhile. */
async function* copied(chunks: AsyncIterable<Buffer>, to: Spool): AsyncGenerator<Buffer> {
  let offset = 0;
  for await (const chunk of chunks) {
    const written = to.write(chunk, offset);
    written.catch(() => {});
    offset += chunk.length;
    yield chunk;
    await written;
  }
}

function chunksOf(spool: Spool, end: number): AsyncGenerator<Buffer> {
  let offset = 0;
  return readAhead(async (into) => {
    const piece = await spool.read(offset, Math.min(into.length, end - offset), into);
    offset += piece.length;
    return piece;
  });
}

/**
 * Opens a body that arrives in order.
 * @param sha256 the digest that it has to have, 64 hex digits; undefined if that does not matter
 * @throws CofferError `tampered`, at the end
 */
async function* decrypt(
  body: AsyncIterable<Buffer>,
  size: number,
  header: ObjectHeader,
  dataKey: Buffer,
  sha256: string | undefined,
): AsyncGenerator<Buffer> {
  const decipher = createDecipher(header, dataKey);
  const digest = sha256 === undefined ? undefined : createHash('sha256');
  const isOfSealed = hashesSealed(header);
  const tag = Buffer.alloc(TAG_BYTES);
  let left = size - TAG_BYTES;
  for await (const chunk of body) {
    const end = Math.max(Math.min(left, chunk.length), 0);
    for (let offset = 0; offset < end; offset += CIPHER_BYTES) {
      const sealed = chunk.subarray(offset, Math.min(offset + CIPHER_BYTES, end));
      const plain = decipher.update(sealed);
      digest?.update(isOfSealed ? sealed : plain);
      yield plain;
    }
    if (isOfSealed) digest?.update(chunk.subarray(end));
    // The tag may begin in one chunk and end in the next.
    chunk.copy(tag, Math.max(-left, 0), end);
    left -= chunk.length;
  }
  try {
    decipher.setAuthTag(tag).final();
  } catch (cause) {
    throw new CofferError('tampered', 'the object failed verification', {
      hint: 'it was changed after it was written; no plaintext was released',
      cause,
    });
  }
  if (digest && digest.digest('hex') !== sha256) {
    throw new CofferError('tampered', 'the object does not match the digest in its name', {
      hint: 'no plaintext was released; publish the secret again with coffer save',
    });
  }
}

/** The names of V3 objects hash the sealed bytes; those of s3-kms-ssm-secrets hash the plaintext. */
function hashesSealed({ version }: ObjectHeader): boolean {
  return version === 3;
}

/** Runs work once, however often somebody asks for its result. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= work());
}

/** Says which object it is about, where that is not said. */
function fail(error: unknown, url: string): never {
  if (!(error instanceof CofferError) || error.message.includes(url)) throw error;
  throw new CofferError(error.code, `${url}: ${error.message}`, {
    hint: error.hint,
    cause: error.cause,
  });
}
