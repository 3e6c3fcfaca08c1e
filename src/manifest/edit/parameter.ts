import { type MapEditor, sameStyle } from './map-editor.ts';
import type { ParameterEdit } from '../model.ts';
import { contentOf } from './render.ts';
import type { Fields } from '../yaml/tree.ts';

/** Edits one parameter. */
export function editParameter(
  { name: newName, type, content, dropOrigin }: ParameterEdit,
  name: string,
  fields: Fields,
  editor: MapEditor,
): void {
  const nameField = fields.get('name');
  if (newName !== undefined && nameField?.own) {
    editor.replace(nameField, 'name', sameStyle(nameField, newName));
  }
  const typeField = fields.get('type');
  // A type that comes through an alias or a merge belongs to another node.
  if (type !== undefined && typeField?.own) {
    editor.replace(typeField, 'type', sameStyle(typeField, type));
  }
  const origin = fields.get('file') ?? fields.get('generate');
  const old = fields.get('value') ?? fields.get('blob');
  const replacesOrigin = content !== undefined && !old && dropOrigin === true;
  if (dropOrigin && origin && !replacesOrigin) editor.remove(origin);
  if (!content) return;
  const key = content.kind === 'blob' ? 'blob' : 'value';
  const value = contentOf(content, name);
  if (old) editor.replace(old, key, value);
  else if (origin && replacesOrigin) editor.replace(origin, key, value);
  else if (origin) editor.insertAfter(origin, key, value);
  else throw new Error(`no place for the value of parameter ${name}`);
}
