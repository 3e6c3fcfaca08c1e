import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { CofferError } from '../errors.ts';
import { decodeBase64 } from './base64.ts';

/**
 * An inline value: `ENC[v1,<data key id>,<base64 of iv‖ciphertext‖tag>]`, AES-256-GCM with a random
 * 96-bit IV. The AAD binds it to the parameter's full name and type, so that it opens only there.
 */
export interface InlineValue {
  keyId: string;
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
const FORM = /^ENC\[v1,([0-9a-f]{8}),([A-Za-z0-9+/=]+)\]$/;

/** Whether a value claims to be ciphertext, well-formed or not. */
export function looksInline(text: string): boolean {
  return text.startsWith('ENC[');
}

export function parseInline(text: string): InlineValue | undefined {
  const [, keyId, base64] = FORM.exec(text) ?? [];
  const sealed = base64 && decodeBase64(base64);
  if (!keyId || !sealed || sealed.length < IV_BYTES + TAG_BYTES) return undefined;
  return { keyId, sealed };
}

/** The size of the plaintext in bytes. */
export function sizeOfInline({ sealed }: InlineValue): number {
  return sealed.length - IV_BYTES - TAG_BYTES;
}

export function sealInline(
  plaintext: string,
  keyId: string,
  dataKey: Buffer,
  binding: InlineBinding,
): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', dataKey, iv).setAAD(aad(binding));
  const sealed = [iv, cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()];
  return `ENC[v1,${keyId},${Buffer.concat(sealed).toString('base64')}]`;
}

/** @throws CofferError `tampered` if the value was changed, or sealed for another parameter */
export function openInline(value: InlineValue, dataKey: Buffer, binding: InlineBinding): string {
  const { sealed } = value;
  const iv = sealed.subarray(0, IV_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', dataKey, iv, { authTagLength: TAG_BYTES })
    .setAAD(aad(binding))
    .setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([
      decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES)),
      decipher.final(),
    ]).toString('utf8');
  } catch (cause) {
    throw new CofferError('tampered', `the ciphertext of ${binding.fullName} failed verification`, {
      hint: 'it was changed, or encrypted for another name, path or type: restore it from git, or type the value again and run coffer encrypt',
      cause,
    });
  }
}

function aad({ fullName, type }: InlineBinding): Buffer {
  return Buffer.from(JSON.stringify(['coffer/v1', fullName, type]), 'utf8');
}
