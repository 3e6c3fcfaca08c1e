import { isUtf8 } from 'node:buffer';
import { createDecipheriv, type DecipherGCM } from 'node:crypto';
import { CofferError } from '../errors.ts';
import { decodeBase64 } from './base64.ts';
import type { EncryptionContext } from './kms-port.ts';
import {
  COMMITMENT_BYTES,
  createObjectDecipher,
  MESSAGE_ID_BYTES,
  objectContext,
  TAG_BYTES,
  type Commitment,
} from './object-v3.ts';

/** S3 user metadata, with lower-case names without prefix. */
export type ObjectMetadata = Readonly<Record<string, string>>;

/** The header of an object: how to open it. */
export type ObjectHeader = { wrapped: Buffer; context: EncryptionContext } & (
  | ({ version: 3 } & Commitment)
  /** The Amazon S3 Encryption Client's older formats: `kms` and `kms+context`. */
  | { version: 1 | 2; iv: Buffer }
);

const V3_SUITE = '115';
const V3_WRAPPED_BY_KMS_WITH_CONTEXT = '12';
const GCM = 'AES/GCM/NoPadding';

/** The fields that decide how to open an object; the two families exclude each other. */
const V1_AND_V2_FIELDS = [
  'x-amz-iv',
  'x-amz-key-v2',
  'x-amz-key',
  'x-amz-wrap-alg',
  'x-amz-cek-alg',
  'x-amz-matdesc',
];
const V3_FIELDS = ['x-amz-3', 'x-amz-d', 'x-amz-i', 'x-amz-c', 'x-amz-w', 'x-amz-t'];

/** The metadata of the V3 object of a parameter, whose data key was wrapped for it. */
export function formatMetadata(
  wrapped: Buffer,
  { messageId, commitment }: Commitment,
  parameter: string,
): ObjectMetadata {
  return {
    'x-amz-c': V3_SUITE,
    'x-amz-3': wrapped.toString('base64'),
    'x-amz-w': V3_WRAPPED_BY_KMS_WITH_CONTEXT,
    'x-amz-i': messageId.toString('base64'),
    'x-amz-d': commitment.toString('base64'),
    'x-amz-t': asciiJson(objectContext(parameter)),
  };
}

/** @throws CofferError `tampered` for anything that is not exactly one known format. */
export function parseMetadata(metadata: ObjectMetadata): ObjectHeader {
  const fields = Object.fromEntries(
    Object.entries(metadata)
      .filter(([, value]) => value !== '')
      .map(([name, value]) => [name.toLowerCase(), value]),
  );
  const has = (name: string) => fields[name] !== undefined;
  const isOld = V1_AND_V2_FIELDS.some(has);
  const isNew = V3_FIELDS.some(has);
  if (isOld && isNew) throw refused('its metadata mixes two formats');
  if (isNew) return parseV3(fields);
  if (isOld) return parseV1OrV2(fields);
  throw refused(
    'it was not written by coffer or another Amazon S3 Encryption Client',
    INSTRUCTION_FILE,
  );
}

/** A decipher for the body without its tag; its output is verified only by `final`. */
export function createDecipher(header: ObjectHeader, dataKey: Buffer): DecipherGCM {
  if (header.version === 3) return createObjectDecipher(dataKey, header);
  if (dataKey.length !== 32) throw refused('its data key is not 32 bytes long');
  return createDecipheriv('aes-256-gcm', dataKey, header.iv, { authTagLength: TAG_BYTES });
}

type Fields = Record<string, string | undefined>;

function parseV3(fields: Fields): ObjectHeader {
  if (fields['x-amz-c'] !== V3_SUITE || fields['x-amz-w'] !== V3_WRAPPED_BY_KMS_WITH_CONTEXT) {
    throw refused('its metadata names an algorithm that coffer does not read');
  }
  return {
    version: 3,
    wrapped: bytesOf(fields, 'x-amz-3'),
    context: contextOf(fields, 'x-amz-t'),
    messageId: bytesOf(fields, 'x-amz-i', MESSAGE_ID_BYTES),
    commitment: bytesOf(fields, 'x-amz-d', COMMITMENT_BYTES),
  };
}

function parseV1OrV2(fields: Fields): ObjectHeader {
  if (fields['x-amz-cek-alg'] !== GCM) throw refused('its content is not authenticated (not GCM)');
  if ((fields['x-amz-tag-len'] ?? '128') !== '128') throw refused('its tag is not 128 bits long');
  const context = contextOf(fields, 'x-amz-matdesc');
  const common = {
    wrapped: bytesOf(fields, 'x-amz-key-v2'),
    iv: bytesOf(fields, 'x-amz-iv', 12),
    context,
  };
  switch (fields['x-amz-wrap-alg']) {
    case 'kms':
      if (!context['kms_cmk_id']) throw refused('its metadata does not name its KMS key');
      return { version: 1, ...common };
    case 'kms+context':
      if (context['aws:x-amz-cek-alg'] !== GCM) throw refused('its metadata contradicts itself');
      return { version: 2, ...common };
    default:
      throw refused('its metadata names an algorithm that coffer does not read');
  }
}

function bytesOf(fields: Fields, name: string, length?: number): Buffer {
  const bytes = decodeBase64(fields[name] ?? '');
  if (!bytes?.length || (length !== undefined && bytes.length !== length)) {
    if (fields[name] === undefined) {
      throw refused(`its metadata ${name} is missing`, INSTRUCTION_FILE);
    }
    throw refused(`its metadata ${name} is damaged`);
  }
  return bytes;
}

function contextOf(fields: Fields, name: string): EncryptionContext {
  const text = fields[name];
  if (text === undefined) return {};
  try {
    const context: unknown = JSON.parse(decodeMime(text));
    if (isStringMap(context)) return context;
  } catch {
    // Falls through: invalid JSON counts as damaged, too.
  }
  throw refused(`its metadata ${name} is damaged`);
}

function isStringMap(value: unknown): value is Record<string, string> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((entry) => typeof entry === 'string')
  );
}

/** S3 takes ASCII alone for granted in metadata. */
function asciiJson(value: EncryptionContext): string {
  return JSON.stringify(value).replaceAll(
    /[\u007F-\uFFFF]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * S3 gives metadata that is not ASCII back as RFC 2047 words. What it took for Latin-1 on its way in
 * may have been UTF-8, which it encoded once more.
 */
function decodeMime(text: string): string {
  if (!text.startsWith('=?')) return text;
  const decoded = decodeWords(text);
  if (/[^\0-\xFF]/.test(decoded)) return decoded;
  const bytes = Buffer.from(decoded, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : decoded;
}

function decodeWords(text: string): string {
  return text.replace(/=\?utf-8\?([bq])\?([^?]*)\?=\s*/gi, (_, encoding: string, word: string) => {
    if (encoding.toLowerCase() === 'b') return Buffer.from(word, 'base64').toString('utf8');
    const bytes = word
      .replaceAll('_', ' ')
      .replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
    return Buffer.from(bytes, 'latin1').toString('utf8');
  });
}

/** Where a client was told to, it keeps the wrapped key in a second object. */
const INSTRUCTION_FILE =
  'if an instruction file is beside it (its key and .instruction), that has the wrapped key, and coffer reads none: write the object again with the key in its metadata';

function refused(why: string, hint?: string): CofferError {
  return new CofferError('tampered', `the object cannot be decrypted: ${why}`, { hint });
}
