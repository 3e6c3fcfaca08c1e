import { strictBase64Length } from './base64.ts';

const START = 'ENC[';
const SEALED = /^ENC\[v1,([0-9a-f]{8}),([A-Za-z0-9+/=]+)\]$/;

/** An IV of 12 bytes and a tag of 16. */
const LEAST_BYTES = 28;
const LEAST_PSYML_BYTES = 64;

/** Whether a value claims to be coffer's ciphertext. */
export function looksSealed(text: string): boolean {
  return text.startsWith(START);
}

/** The id of the data key of a well-formed `ENC[v1,<key id>,<base64>]`. */
export function sealedKeyId(text: string): string | undefined {
  const [, id, base64 = ''] = SEALED.exec(text) ?? [];
  return (strictBase64Length(base64) ?? 0) >= LEAST_BYTES ? id : undefined;
}

/** Whether a text has the form of what psyml wrote for a `securestring`. */
export function looksLikePsyml(text: string): boolean {
  return (strictBase64Length(text) ?? 0) >= LEAST_PSYML_BYTES;
}
