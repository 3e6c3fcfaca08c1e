import { CofferError } from '../errors.ts';
import { decodeBase64 } from '../base64.ts';
import type { Kms } from './kms-port.ts';

/** Shorter than any ciphertext of KMS. */
const LEAST_BYTES = 64;

/** Whether a text has the form of psyml's ciphertext. */
export function looksPsyml(text: string): boolean {
  return (decodeBase64(text)?.length ?? 0) >= LEAST_BYTES;
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
