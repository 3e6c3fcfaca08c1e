import { createHash } from 'node:crypto';
import { CofferError } from '../errors.ts';
import { decodeBase64 } from './base64.ts';
import { sortedContext } from './contexts.ts';
import { DATA_KEY_BYTES, type EncryptionContext } from './kms-port.ts';

/** A data key wrapped for those who can open it without the file key: base64, by recipient. */
export type RecoveryWraps = Readonly<Record<string, string>>;

const DIGEST_DIGITS = 32;

/** A native age recipient (X25519), in lower case: 52 characters of data and 6 of checksum. */
export const AGE_RECIPIENT = /^age1[02-9ac-hj-np-z]{58}$/;

/** A KMS key by its ARN: an alias could be moved to another key. */
export const KMS_RECIPIENT =
  /^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key\/([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$/;

export function isAgeRecipient(recipient: string): boolean {
  return AGE_RECIPIENT.test(recipient);
}

/**
 * The pair `Recovery` of an encryption context: the first 32 hex digits of the SHA-256 of the list
 * as a JSON array without spaces, its texts sorted by their characters' codes. Undefined, so that
 * the pair is left out, without a list.
 */
export function recoveryDigest(recipients: readonly string[]): string | undefined {
  if (recipients.length === 0) return undefined;
  const list = JSON.stringify(recipients.toSorted((a, b) => (a < b ? -1 : 1)));
  return createHash('sha256').update(list, 'utf8').digest('hex').slice(0, DIGEST_DIGITS);
}

/** For people to compare: the first 16 hex digits of the SHA-256 of the recipient's text. */
export function fingerprintOf(recipient: string): string {
  const digest = createHash('sha256').update(recipient, 'utf8').digest('hex');
  return digest.slice(0, 16).replaceAll(/(.{4})(?=.)/g, '$1-');
}

/**
 * What is encrypted for age, which has no context of its own: JSON without spaces, its members in
 * the order v, context, key; the context's names sorted; the key as base64.
 */
export function renderPayload(context: EncryptionContext, dataKey: Buffer): string {
  return JSON.stringify({ v: 1, context: sortedContext(context), key: dataKey.toString('base64') });
}

/**
 * The data key in a payload. A payload has one form for one context and key: anything else was not
 * written by coffer for this file.
 * @throws CofferError `tampered`
 */
export function readPayload(payload: Buffer, context: EncryptionContext): Buffer {
  const text = payload.toString('utf8');
  const dataKey = decodeBase64(/"key":"([A-Za-z0-9+/=]*)"\}$/.exec(text)?.[1] ?? '');
  if (dataKey?.length === DATA_KEY_BYTES && renderPayload(context, dataKey) === text) {
    return dataKey;
  }
  throw new CofferError('tampered', 'it holds a data key for another context', {
    hint: 'somebody changed the file or its recovery list: restore it from git',
  });
}
