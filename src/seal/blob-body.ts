import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { decodeBase64 } from '../crypto/base64.ts';
import { createObjectDecipher, TAG_BYTES, type Commitment } from '../crypto/object-v3.ts';
import { CofferError } from '../errors.ts';
import { openRegular } from '../files/open-regular.ts';
import { stubOf } from '../git/stub.ts';
import type { Blob, Manifest, Parameter } from '../manifest/model.ts';
import { requireLocated } from './named-file.ts';

const CHUNK_BYTES = 1024 * 1024;

/** A blob's sealed bytes, readable at any offset, in memory or on disk. */
export interface BlobBody {
  size: number;
  /** @param into a buffer that it may use, of at least that length */
  read: (offset: number, length: number, into?: Buffer) => Promise<Buffer>;
  close: () => Promise<void>;
}

/**
 * Opens a blob's sealed bytes, after checking their size and SHA-256 against the manifest.
 * @param onChunk sees the same bytes, in order; a chunk is valid only during the call
 * @throws CofferError `tampered` if they differ, `source` if the file is missing
 */
export async function openBlobBody(
  manifest: Manifest,
  parameter: Parameter,
  blob: Blob,
  onChunk?: (chunk: Buffer) => void,
): Promise<BlobBody> {
  const body = await openUnread(manifest, parameter, blob);
  try {
    const hash = createHash('sha256');
    for await (const chunk of chunksOf(body, body.size)) {
      hash.update(chunk);
      onChunk?.(chunk);
    }
    if (hash.digest('hex') !== blob.sha256) throw await describeDamage(parameter, body);
    return body;
  } catch (error) {
    await body.close();
    throw error;
  }
}

/**
 * Opens a blob's sealed bytes after checking their size; does not read them.
 * @throws CofferError as `openBlobBody`
 */
export async function openUnread(
  manifest: Manifest,
  parameter: Parameter,
  blob: Blob,
): Promise<BlobBody> {
  const body = await findBlobBody(manifest, parameter, blob);
  if (body.size === blob.size) return body;
  try {
    throw await describeDamage(parameter, body);
  } finally {
    await body.close();
  }
}

function findBlobBody(manifest: Manifest, parameter: Parameter, blob: Blob): Promise<BlobBody> {
  if ('path' in blob.body) return onDisk(manifest, parameter, blob.body.path);
  return Promise.resolve(inMemory(decodeBase64(blob.body.data) ?? Buffer.alloc(0)));
}

async function describeDamage({ name, place }: Parameter, body: BlobBody): Promise<CofferError> {
  const stub = stubOf(await body.read(0, 1024), body.size);
  return stub
    ? new CofferError('tampered', `${name}: its blob is a stub of ${stub.of}`, {
        place,
        hint: `run ${stub.mend}`,
      })
    : new CofferError('tampered', `${name}: the sealed bytes do not match the manifest`, {
        place,
        hint: 'restore the blob from git (with git lfs pull if Git LFS holds it), or encrypt the file again with coffer encrypt --reseal NAME',
      });
}

/** The whole plaintext of a blob, verified. */
export async function decryptBlobBody(
  body: BlobBody,
  blob: Blob,
  dataKey: Buffer,
): Promise<Buffer> {
  const plaintext: Buffer[] = [];
  for await (const chunk of openedChunks(body, blob, dataKey)) plaintext.push(chunk);
  return Buffer.concat(plaintext);
}

/** The plaintext in chunks. It is verified only after the last chunk. */
export async function* openedChunks(
  body: BlobBody,
  blob: Blob,
  dataKey: Buffer,
): AsyncGenerator<Buffer> {
  const decipher = createObjectDecipher(dataKey, headerOf(blob));
  const end = body.size - TAG_BYTES;
  decipher.setAuthTag(await body.read(end, TAG_BYTES));
  for await (const chunk of chunksOf(body, end)) yield decipher.update(chunk);
  try {
    yield decipher.final();
  } catch (cause) {
    throw new CofferError('tampered', 'the sealed bytes failed verification', { cause });
  }
}

export function headerOf(blob: Blob): Commitment {
  return {
    messageId: decodeBase64(blob.messageId) ?? Buffer.alloc(0),
    commitment: decodeBase64(blob.commitment) ?? Buffer.alloc(0),
  };
}

/** The bytes before `end`. A chunk is valid only until the next one is asked for. */
async function* chunksOf(body: BlobBody, end: number): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, end));
  for (let offset = 0; offset < end; offset += CHUNK_BYTES) {
    yield body.read(offset, Math.min(CHUNK_BYTES, end - offset), buffer);
  }
}

function inMemory(bytes: Buffer): BlobBody {
  return {
    size: bytes.length,
    read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
    close: () => Promise.resolve(),
  };
}

async function onDisk(manifest: Manifest, parameter: Parameter, file: string): Promise<BlobBody> {
  const { path } = await requireLocated(manifest, parameter, file);
  try {
    const opened = await openRegular(path);
    if (!opened) throw new Error('not a regular file');
    const { handle, stats } = opened;
    return {
      size: Number(stats.size),
      async read(offset, length, into = Buffer.allocUnsafe(length)) {
        const { buffer, bytesRead } = await handle.read(into, 0, length, offset);
        return buffer.subarray(0, bytesRead);
      },
      close: () => handle.close(),
    };
  } catch (cause) {
    throw new CofferError('source', `${parameter.name}: cannot read the blob ${file}`, {
      place: parameter.place,
      hint: `restore it from git; if the manifest was moved, move the folder ${dirname(file)} with it`,
      cause,
    });
  }
}
