import { createHash } from 'node:crypto';
import { isInParts, wholeChecksum } from './checksum.ts';
import type { ObjectInfo } from './objects.ts';
import { decodeBase64 } from '../../crypto/base64.ts';
import { formatMetadata, type ObjectMetadata } from '../../crypto/object-format.ts';
import type { Commitment } from '../../crypto/object-v3.ts';

/** What coffer notes in an object's metadata, besides what readers need. */
export const HINTS = {
  /** The key that readers need, as the manifest names it; the wrapped key does not show it. */
  kmskey: 'coffer-kmskey',
  /** The ARN behind that name at the time of writing. */
  keyArn: 'coffer-kmskey-arn',
  /** The SHA-256 of the wrapped key, base64. */
  wrappedSha256: 'coffer-key-sha256',
  /** The parameter that points to the object. */
  parameter: 'coffer-parameter',
  /** The checksum that S3 computes for an object uploaded in parts. */
  checksum: 'coffer-checksum',
} as const;

/** The object that a pointer should lead to. */
export interface ExpectedObject {
  /** SHA-256 of the sealed bytes, 64 hex digits. */
  sha256: string;
  size: number;
  commitment: Commitment;
  /** The key that readers need, as the manifest names it. */
  kmskey: string;
  /** The ARN behind that name now; absent if the key does not exist. */
  keyArn: string | undefined;
  /** The full name of the parameter that points to it. */
  parameter: string;
}

/** The actual state of an object in S3. */
export interface ObjectState {
  /** What is wrong with it, in words; absent if it is as expected. */
  fault?: string | undefined;
  /** Absent if there is no object. */
  etag?: string | undefined;
  /** Whether the name of its key now names another key. */
  isKeyMoved?: boolean | undefined;
}

/** Compares an object with the expected one, without reading its bytes. */
export function stateOf(found: ObjectInfo | undefined, expected: ExpectedObject): ObjectState {
  if (!found) return { fault: 'missing' };
  const { etag, metadata } = found;
  const fault = damageOf(found, expected);
  if (fault) return { etag, fault };
  const keyArn = metadata[HINTS.keyArn];
  if (keyArn !== undefined && keyArn === expected.keyArn) return { etag };
  const isKeyMoved = keyArn !== undefined && metadata[HINTS.kmskey] === expected.kmskey;
  const when = isKeyMoved ? `, which ${expected.kmskey} named before` : '';
  return { etag, fault: `under another KMS key: ${keyArn ?? 'unknown'}${when}`, isKeyMoved };
}

function damageOf(found: ObjectInfo, expected: ExpectedObject): string | undefined {
  const { size, metadata, checksum } = found;
  if (size !== expected.size) return `damaged: ${size} bytes instead of ${expected.size}`;
  if (checksum === undefined) return 'not written by coffer: it has no SHA-256 checksum';
  if (!isExpectedChecksum(checksum, metadata, expected)) return 'damaged: its checksum differs';
  const wrapped = decodeBase64(metadata['x-amz-3'] ?? '') ?? Buffer.alloc(0);
  const field = otherField(
    metadata,
    formatMetadata(wrapped, expected.commitment, expected.parameter),
  );
  if (field) return `damaged: its metadata ${field} differs`;
  if (metadata[HINTS.wrappedSha256] !== digestOf(wrapped))
    return 'damaged: its wrapped key differs';
  return metadata[HINTS.parameter] === expected.parameter
    ? undefined
    : 'damaged: its metadata names another parameter';
}

/** The first unexpected one of the fields that readers need to open an object. */
function otherField(found: ObjectMetadata, expected: ObjectMetadata): string | undefined {
  const names = [...Object.keys(expected), ...Object.keys(found)];
  return names.find((name) => name.startsWith('x-amz-') && found[name] !== expected[name]);
}

function isExpectedChecksum(
  checksum: string,
  metadata: ObjectMetadata,
  { sha256, size }: ExpectedObject,
): boolean {
  if (checksum === wholeChecksum(sha256)) return true;
  return isInParts(size) && checksum === metadata[HINTS.checksum];
}

/** The SHA-256 of a wrapped key, as noted in the metadata. */
export function digestOf(wrapped: Buffer): string {
  return createHash('sha256').update(wrapped).digest('base64');
}
