import { createHash } from 'node:crypto';

/** Above this, an object is sent in parts. */
const SINGLE_PUT_BYTES = 16 * 1024 * 1024;
/** S3's smallest part, and its largest number of parts. */
const PART_BYTES = 5 * 1024 * 1024;
const MAX_PARTS = 10_000;

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

export function isInParts(size: number): boolean {
  return size > SINGLE_PUT_BYTES;
}

/** Reads the bytes only for an upload in parts. */
export async function checksumOf(object: {
  size: number;
  /** SHA-256 of all bytes, 64 hex digits. */
  sha256: string;
  read: (offset: number, length: number) => Promise<Buffer>;
}): Promise<Checksum> {
  const { size, sha256, read } = object;
  if (!isInParts(size)) return { value: wholeChecksum(sha256), parts: [] };
  const partBytes = Math.max(PART_BYTES, Math.ceil(size / MAX_PARTS));
  const whole = createHash('sha256');
  const parts: Part[] = [];
  for (let offset = 0; offset < size; offset += partBytes) {
    const length = Math.min(partBytes, size - offset);
    const digest = createHash('sha256')
      .update(await read(offset, length))
      .digest();
    whole.update(digest);
    parts.push({ offset, length, sha256: digest.toString('base64') });
  }
  return { value: whole.digest('base64'), parts };
}

/** @param sha256 64 hex digits */
export function wholeChecksum(sha256: string): string {
  return Buffer.from(sha256, 'hex').toString('base64');
}
