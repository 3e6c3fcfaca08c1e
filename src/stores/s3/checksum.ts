import { createHash } from 'node:crypto';
import { awsErrorName } from '../../aws/errors.ts';

/** Above this, an object is sent in parts. */
export const SINGLE_PUT_BYTES = 16 * 1024 * 1024;
/** At least 5 MiB for S3; the largest object, of 64 GiB, has fewer than its 10,000 parts. */
const PART_BYTES = 8 * 1024 * 1024;

/** One part of an upload. */
export interface Part {
  offset: number;
  length: number;
  /** Base64. */
  sha256: string;
}

/** The checksum that S3 verifies on arrival, stores, and returns on request. */
export interface Checksum {
  /** Base64: the SHA-256 of all bytes, or of the SHA-256s of the parts. */
  value: string;
  /** Empty for an upload in one piece. */
  parts: readonly Part[];
}

/** What S3 says of bytes that do not have the checksum that came with them. */
const OTHER_BYTES = new Set([
  'BadDigest',
  'XAmzContentSHA256Mismatch',
  'XAmzContentChecksumMismatch',
]);

export function isOfOtherBytes(error: unknown): boolean {
  return OTHER_BYTES.has(awsErrorName(error) ?? '');
}

export function isInParts(size: number): boolean {
  return size > SINGLE_PUT_BYTES;
}

/** Reads the bytes only for an upload in parts. */
export async function checksumOf({
  size,
  sha256,
  read,
}: {
  size: number;
  /** SHA-256 of all bytes, 64 hex digits. */
  sha256: string;
  read: (offset: number, length: number, into?: Buffer) => Promise<Buffer>;
}): Promise<Checksum> {
  const parts = new PartDigests();
  if (isInParts(size)) {
    const buffer = Buffer.allocUnsafe(PART_BYTES);
    for (let offset = 0; offset < size; offset += PART_BYTES) {
      parts.update(await read(offset, Math.min(PART_BYTES, size - offset), buffer));
    }
  }
  return parts.finish(size, sha256);
}

/** Divides bytes that pass by into parts, and hashes each. */
export class PartDigests {
  readonly #parts: Part[] = [];
  #hash = createHash('sha256');
  #offset = 0;
  #length = 0;

  update(bytes: Buffer): void {
    for (let at = 0; at < bytes.length;) {
      const piece = bytes.subarray(at, at + PART_BYTES - this.#length);
      this.#hash.update(piece);
      this.#length += piece.length;
      at += piece.length;
      if (this.#length === PART_BYTES) this.#end();
    }
  }

  /** @param sha256 of all bytes, 64 hex digits */
  finish(size: number, sha256: string): Checksum {
    if (!isInParts(size)) return { value: wholeChecksum(sha256), parts: [] };
    if (this.#length > 0) this.#end();
    const digests = this.#parts.map((part) => Buffer.from(part.sha256, 'base64'));
    const value = createHash('sha256').update(Buffer.concat(digests)).digest('base64');
    return { value, parts: this.#parts };
  }

  #end(): void {
    const [offset, length] = [this.#offset, this.#length];
    this.#parts.push({ offset, length, sha256: this.#hash.digest('base64') });
    this.#hash = createHash('sha256');
    this.#offset += length;
    this.#length = 0;
  }
}

/** @param sha256 64 hex digits */
export function wholeChecksum(sha256: string): string {
  return Buffer.from(sha256, 'hex').toString('base64');
}
