import { type MapEditor, sameStyle } from './map-editor.ts';
import { mapOf } from './render.ts';
import { textOf } from '../yaml/scalars.ts';
import { isScalar } from 'yaml';
import type { Field, Fields } from '../yaml/tree.ts';

interface DataKeysPlace {
  editor: MapEditor;
  /** `data_keys` and its entries, if present. */
  field: Field | undefined;
  entries: Fields | undefined;
  entriesEditor: MapEditor | undefined;
  /** The pair after which a new `data_keys` goes. */
  neighbour: Field;
}

/** Makes `data_keys` hold exactly `wanted`: sorts new ids in, and keeps equal entries. */
export function editDataKeys(wanted: Readonly<Record<string, string>>, place: DataKeysPlace): void {
  const { editor, field, entries, entriesEditor, neighbour } = place;
  const ids = Object.keys(wanted).toSorted();
  if (ids.length === 0) {
    if (field) editor.remove(field);
    return;
  }
  const all = mapOf(ids.map((id) => [id, wanted[id] ?? ''] as const));
  const old = [...(entries?.values() ?? [])];
  if (!field) editor.insertAfter(neighbour, 'data_keys', all);
  else if (!entriesEditor || !old.some(({ key, own }) => own && key in wanted)) {
    editor.replace(field, 'data_keys', all);
  } else editEntries(wanted, ids, old, entriesEditor);
}

function editEntries(
  wanted: Readonly<Record<string, string>>,
  ids: readonly string[],
  old: readonly Field[],
  editor: MapEditor,
): void {
  for (const field of old) {
    const text = wanted[field.key];
    if (text === undefined) editor.remove(field);
    else if (!isScalar(field.node) || textOf(field.node) !== text) {
      editor.replace(field, field.key, sameStyle(field, text));
    }
  }
  const known = new Set(old.map(({ key }) => key));
  const [first] = old;
  for (const id of ids) {
    if (known.has(id) || !first) continue;
    const value = sameStyle(undefined, wanted[id] ?? '');
    const before = old.filter(({ key }) => key < id).toSorted((a, b) => (a.key < b.key ? -1 : 1));
    const previous = before.at(-1);
    if (previous) editor.insertAfter(previous, id, value);
    else editor.insertBefore(first, id, value);
  }
}
