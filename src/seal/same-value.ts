import { openInline, parseInline } from '../crypto/inline.ts';
import { CofferError } from '../errors.ts';
import { maxAgeOf } from '../manifest/age.ts';
import type { Manifest, Parameter } from '../manifest/model.ts';
import { isSameBlob, type Watch } from './file-source.ts';
import type { Opener } from './opener.ts';
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
 * set it to what it was. False where the caller may not decrypt, or the ciphertext is damaged: a
 * new value cures it.
 */
export async function isSame(
  manifest: Manifest,
  parameter: Parameter,
  plaintext: Plaintext,
  opener: Opener,
  key: SealingKey | undefined,
  watch?: Watch,
): Promise<boolean> {
  const { content } = parameter;
  if (plaintext.why === 'moved') return true;
  if (plaintext.isSame !== undefined) return plaintext.isSame;
  if (plaintext.form === 'plain')
    return content.kind === 'plain' && content.text === plaintext.text;
  try {
    if (plaintext.form === 'blob') {
      const source = { size: plaintext.size, stream: plaintext.bytes };
      return (
        content.kind === 'blob' &&
        (await isSameBlob(manifest, parameter, content.blob, source, opener, watch))
      );
    }
    const value = content.kind === 'sealed' ? parseInline(content.text) : undefined;
    return (
      key !== undefined &&
      value?.keyId === key.id &&
      openInline(value, key.dataKey, parameter) === plaintext.text
    );
  } catch (error) {
    if (error instanceof CofferError) return false;
    throw error;
  }
}
