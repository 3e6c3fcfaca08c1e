import { CofferError } from '../../errors.ts';
import { quote } from '../yaml/faults.ts';
import type { ParameterEdit } from '../model.ts';
import { anyLines, blobOf, oneLine, type Value } from './render.ts';
import { isWritable } from './write-scalar.ts';

/** A content as it stands behind `value:` or `blob:`. */
export function contentOf(content: NonNullable<ParameterEdit['content']>, name: string): Value {
  if (content.kind === 'blob') return blobOf(content.blob);
  if (content.kind === 'sealed') return oneLine(content.text);
  if (isWritable(content.text)) return anyLines(content.text);
  const subject = `the value of parameter ${quote(name)}`;
  throw new CofferError('manifest', `${subject} cannot stand in a manifest as plaintext`, {
    hint: 'it is empty, or begins with ENC[ as ciphertext does: keep it in a file (file: …)',
  });
}
