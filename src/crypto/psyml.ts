import { CofferError } from '../errors.ts';
import { decodeBase64 } from './base64.ts';
import type { Kms } from './kms-port.ts';

/** Less than any ciphertext of KMS. */
const LEAST_BYTES = 64;

/** AWS begins its ciphertext with the byte 1; moto and LocalStack begin theirs with a key's id. */
const BEGINNING = /^(?:\x01|mrk-|[0-9a-f]{8}-[0-9a-f]{4}-)/;

/**
 * Whether a text has the form of psyml's ciphertext. Other base64 is a secret that someone typed,
 * such as a key of 64 random bytes.
 */
export function looksPsyml(text: string): boolean {
  const bytes = decodeBase64(text);
  if (!bytes || bytes.length < LEAST_BYTES) return false;
  return BEGINNING.test(bytes.toString('latin1', 0, 16));
}

/**
 * psyml's ciphertext: base64 of kms:Encrypt. Its context holds the name as written in the manifest,
 * without the path.
 */
export async function openPsyml(kms: Kms, ciphertext: string, name: string): Promise<string> {
  const bytes = decodeBase64(ciphertext);
  if (!bytes) throw new CofferError('tampered', `the ciphertext of ${name} is not base64`);
  const plaintext = await kms.decrypt(bytes, { Client: 'psyml', Name: name });
  return plaintext.toString('utf8');
}
