import { openInline, parseInline } from '../crypto/inline.ts';
import { CofferError } from '../errors.ts';
import { maxAgeOf } from '../manifest/age.ts';
import type { Manifest, Parameter } from '../manifest/model.ts';
import type { Plaintext } from './plaintext.ts';

/** A data key to seal values under. */
export interface SealingKey {
  id: string;
  dataKey: Buffer;
}

/** Whether a manifest says when the value was last changed. */
export function hasAge(manifest: Manifest, parameter: Parameter): boolean {
  const { type, changed } = parameter;
  return type === 'SecureString' && (maxAgeOf(manifest, parameter) ?? changed) !== undefined;
}

/**
 * Whether a value is what the ciphertext holds: it was sealed again for another store, or somebody
 * set it to what it was. False where only another call to KMS could tell.
 */
export function isSame(
  parameter: Parameter,
  plaintext: Plaintext,
  key: SealingKey | undefined,
): boolean {
  const { content } = parameter;
  if (plaintext.why === 'moved' || plaintext.isSame) return true;
  if (plaintext.form === 'plain')
    return content.kind === 'plain' && content.text === plaintext.text;
  if (content.kind !== 'sealed' || plaintext.form !== 'value' || !key) return false;
  const value = parseInline(content.text);
  if (value?.keyId !== key.id) return false;
  try {
    return openInline(value, key.dataKey, parameter) === plaintext.text;
  } catch (error) {
    // A new value also cures a damaged one.
    if (error instanceof CofferError) return false;
    throw error;
  }
}
