import { CofferError } from '../../errors.ts';
import { quote } from '../yaml/faults.ts';
import type { MapEditor } from './map-editor.ts';
import type { ParameterEdit } from '../model.ts';
import { anyLines, blobOf, oneLine, type Value } from './render.ts';
import { sameStyle } from './restyle.ts';
import type { Fields } from '../yaml/tree.ts';
import { isWritable } from './write-scalar.ts';

/** Makes the edit of one parameter. */
export function editParameter(
  { type, content, dropOrigin }: ParameterEdit,
  name: string,
  fields: Fields,
  editor: MapEditor,
): void {
  const typeField = fields.get('type');
  // A type that comes through an alias or a merge is not this parameter's to change.
  if (type !== undefined && typeField?.own) {
    editor.replace(typeField, 'type', sameStyle(typeField, type));
  }
  const origin = fields.get('file') ?? fields.get('generate');
  const old = fields.get('value') ?? fields.get('blob');
  const replacesOrigin = content !== undefined && !old && dropOrigin === true;
  if (dropOrigin && origin && !replacesOrigin) editor.remove(origin);
  if (!content) return;
  const key = content.kind === 'blob' ? 'blob' : 'value';
  const value = render(content, name);
  if (old) editor.replace(old, key, value);
  else if (origin && replacesOrigin) editor.replace(origin, key, value);
  else if (origin) editor.insertAfter(origin, key, value);
  else throw new Error(`nowhere to put the value of parameter ${name}`);
}

function render(content: NonNullable<ParameterEdit['content']>, name: string): Value {
  if (content.kind === 'blob') return blobOf(content.blob);
  if (content.kind === 'sealed') return oneLine(content.text);
  if (isWritable(content.text)) return anyLines(content.text);
  const subject = `the value of parameter ${quote(name)}`;
  throw new CofferError('manifest', `${subject} cannot stand in a manifest as plaintext`, {
    hint: 'it is empty, or begins with ENC[ as ciphertext does: keep it in a file (file: …)',
  });
}
