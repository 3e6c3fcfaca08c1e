import { type MapEditor, sameStyle } from './map-editor.ts';
import type { ParameterEdit } from '../model.ts';
import { contentOf, stamp } from './render.ts';
import type { Fields } from '../yaml/tree.ts';

/** Edits one parameter. */
export function editParameter(
  { name: newName, type, content, dropOrigin, changed }: ParameterEdit,
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
  if (changed !== undefined) editChanged(changed, fields, editor);
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

/** The day of the last change goes below the maximum age; without one of its own, below the type. */
function editChanged(changed: string | null, fields: Fields, editor: MapEditor): void {
  const old = fields.get('changed');
  if (old && changed === null) editor.remove(old);
  else if (old && changed !== null) editor.replace(old, 'changed', stamp(changed));
  if (old || changed === null) return;
  const anchor = ['max_age', 'type', 'name'].map((key) => fields.get(key)).find((one) => one?.own);
  if (anchor) editor.insertAfter(anchor, 'changed', stamp(changed));
}
