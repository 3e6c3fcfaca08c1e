import { TAG_BYTES } from '../crypto/object-v3.ts';
import { isFailure, type Problem } from '../errors.ts';
import { shellFile } from '../files/shell-words.ts';
import type { Manifest, Parameter } from '../manifest/model.ts';
import { inlineLimit } from './limits.ts';
import { encodeSource, type Opener } from './opener.ts';
import { isInline, isMisplaced, rightPlace } from './placement.ts';

/** A plaintext to write into the manifest. */
export type Plaintext = {
  why: 'new' | 'changed' | 'generated' | 'moved';
  /** Whether it is what the ciphertext held before; undefined if nobody has compared them. */
  isSame?: boolean;
} & (
  | { form: 'value'; text: string }
  | { form: 'blob'; size: number; bytes: () => AsyncIterable<Buffer> | Iterable<Buffer> }
  /** A value that is not secret, from `generate` or from outside. */
  | { form: 'plain'; text: string }
);

/** The form of a value, by its store. */
export function placed(
  manifest: Manifest,
  parameter: Parameter,
  bytes: Buffer,
  why: Plaintext['why'],
): Plaintext {
  if (!isInline(manifest, parameter, bytes)) {
    return { form: 'blob', size: bytes.length, bytes: () => [bytes], why };
  }
  const form = parameter.type === 'SecureString' ? 'value' : 'plain';
  return { form, text: bytes.toString('utf8'), why };
}

/** A value that is not secret may stay in the manifest or its file. */
export function unlessPlain(plaintext: Plaintext): Plaintext | undefined {
  return plaintext.form === 'plain' ? undefined : plaintext;
}

/** A sealed value to seal again, for its current store. */
export async function fromCiphertext(
  manifest: Manifest,
  parameter: Parameter,
  opener: Opener,
  why: Plaintext['why'],
): Promise<Plaintext> {
  const { content } = parameter;
  const same = (bytes: Buffer): Plaintext => ({
    ...placed(manifest, parameter, bytes, why),
    isSame: true,
  });
  if (content.kind !== 'blob') return same(await opener.open(parameter));
  const size = content.blob.size - TAG_BYTES;
  // Reports a value that is too large for SSM without opening it.
  if (isMisplaced(manifest, parameter) && size > inlineLimit(manifest, parameter))
    isInline(manifest, parameter, size);
  return same(encodeSource(parameter, await opener.open(parameter)));
}

/** The same for a value in the form for the other store; keeps it if it may not be opened. */
export async function moved(
  manifest: Manifest,
  parameter: Parameter,
  opener: Opener,
  warnings: Problem[],
): Promise<Plaintext | undefined> {
  try {
    return await fromCiphertext(manifest, parameter, opener, 'moved');
  } catch (error) {
    if (!isFailure(error, 'denied')) throw error;
    const to = rightPlace(manifest, parameter);
    warnings.push({
      message: `${parameter.name} now goes to ${to}, but encrypting it again needs kms:Decrypt; its ciphertext is unchanged`,
      hint: `ask someone who may decrypt to run coffer encrypt ${shellFile(manifest.file)}`,
      place: parameter.place,
    });
    return undefined;
  }
}
