import { isUtf8 } from 'node:buffer';
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { CofferError } from '../errors.ts';
import { decodeBase64 } from './base64.ts';
import { shortDigest } from './contexts.ts';
import { pad, sizesOf, unpad } from './padding.ts';

/**
 * An inline value: `ENC[v1,<data key id>,<binding>,<base64 of iv‖ciphertext‖tag>]`, AES-256-GCM with
 * a random 96-bit IV. The AAD binds it to the parameter's full name and type, so that it opens
 * only there. The text is padded, so that its length shows a class of lengths only.
 */
export interface InlineValue {
  keyId: string;
  /** Of the name and type that it was sealed for: 8 hex digits. */
  binding: string;
  /** iv (12 bytes) ‖ ciphertext ‖ tag (16 bytes). */
  sealed: Buffer;
}

/** The parameter to which an inline value is bound. */
export interface InlineBinding {
  fullName: string;
  /** SSM's spelling: `SecureString`. */
  type: string;
}

const IV_BYTES = 12;
const TAG_BYTES = 16;
const FORM = /^ENC\[v1,([0-9a-f]{8}),([0-9a-f]{8}),([A-Za-z0-9+/=]+)\]$/;

/** Whether a value claims to be ciphertext, well-formed or not. */
export function looksInline(text: string): boolean {
  return text.startsWith('ENC[');
}

export function parseInline(text: string): InlineValue | undefined {
  const [, keyId, binding, base64] = FORM.exec(text) ?? [];
  const sealed = base64 && decodeBase64(base64);
  if (!keyId || !binding || !sealed || sealed.length < IV_BYTES + TAG_BYTES) return undefined;
  const value = { keyId, binding, sealed };
  return sizesOf(paddedSizeOf(value)) ? value : undefined;
}

/** The sizes in bytes that the plaintext may have: its length class. */
export function sizesOfInline(value: InlineValue): { least: number; most: number } {
  return sizesOf(paddedSizeOf(value)) ?? { least: 0, most: 0 };
}

/** What a value shows of its name and type without a key. It proves nothing to those who have one. */
export function inlineBindingOf(binding: InlineBinding): string {
  return shortDigest(aad(binding));
}

export function sealInline(
  plaintext: string,
  keyId: string,
  dataKey: Buffer,
  binding: InlineBinding,
): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', dataKey, iv).setAAD(Buffer.from(aad(binding)));
  const padded = pad(Buffer.from(plaintext, 'utf8'));
  const sealed = [iv, cipher.update(padded), cipher.final(), cipher.getAuthTag()];
  const base64 = Buffer.concat(sealed).toString('base64');
  return `ENC[v1,${keyId},${inlineBindingOf(binding)},${base64}]`;
}

/** @throws CofferError `tampered` if the value was changed, or sealed for another parameter */
export function openInline(value: InlineValue, dataKey: Buffer, binding: InlineBinding): string {
  const { sealed } = value;
  const iv = sealed.subarray(0, IV_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', dataKey, iv, { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(aad(binding)))
    .setAuthTag(sealed.subarray(-TAG_BYTES));
  let padded: Buffer;
  try {
    const body = sealed.subarray(IV_BYTES, -TAG_BYTES);
    padded = Buffer.concat([decipher.update(body), decipher.final()]);
  } catch (cause) {
    throw refused(binding, cause);
  }
  const text = unpad(padded);
  if (text === undefined || !isUtf8(text) || value.binding !== inlineBindingOf(binding)) {
    throw refused(binding);
  }
  return text.toString('utf8');
}

function refused({ fullName }: InlineBinding, cause?: unknown): CofferError {
  return new CofferError('tampered', `the ciphertext of ${fullName} failed verification`, {
    hint: 'it was changed, or encrypted for another name, path or type: restore it from git, and rename with coffer move FILE OLD NEW; or type the value again and run coffer encrypt',
    cause,
  });
}

function paddedSizeOf({ sealed }: InlineValue): number {
  return sealed.length - IV_BYTES - TAG_BYTES;
}

function aad({ fullName, type }: InlineBinding): string {
  return JSON.stringify(['coffer/v1', fullName, type]);
}
