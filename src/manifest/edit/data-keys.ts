import { isDeepStrictEqual } from 'node:util';
import { isMap, isScalar, type MapNode } from '../yaml/nodes.ts';
import type { WrappedDataKey, WrappedDataKeys } from '../../crypto/data-keys.ts';
import type { Field, Fields, Tree } from '../yaml/tree.ts';
import { textOf } from '../yaml/scalars.ts';
import { type MapEditor, sameStyle } from './map-editor.ts';
import { dataKeyOf, dataKeysOf } from './render.ts';
import type { Splice } from './lines.ts';

interface DataKeysPlace {
  tree: Tree;
  /** Of the manifest's settings. */
  editor: MapEditor;
  /** `data_keys`, if it is there. */
  field: Field | undefined;
  /** The pair after which a new `data_keys` goes. */
  neighbour: Field;
  editorFor: (map: MapNode) => MapEditor;
}

/**
 * Makes `data_keys` hold exactly `wanted`: sorts new ids in, and keeps equal entries.
 * @returns the changes inside of it, beside those of `editor`
 */
export function editDataKeys(wanted: WrappedDataKeys, place: DataKeysPlace): Splice[] {
  const { tree, editor, field, neighbour, editorFor } = place;
  if (Object.keys(wanted).length === 0) {
    if (field) editor.remove(field);
    return [];
  }
  const all = dataKeysOf(wanted);
  const map = field && isMap(field.node) ? field.node : undefined;
  const old = map ? [...tree.fields(map).values()] : [];
  if (!field) editor.insertAfter(neighbour, 'data_keys', all);
  else if (!map || !old.some(({ key, own }) => own && key in wanted)) {
    editor.replace(field, 'data_keys', all);
  } else return editEntries(wanted, old, editorFor(map), place);
  return [];
}

function editEntries(
  wanted: WrappedDataKeys,
  old: readonly Field[],
  editor: MapEditor,
  { tree, editorFor }: DataKeysPlace,
): Splice[] {
  const inner: Splice[] = [];
  for (const field of old) {
    const entry = wanted[field.key];
    if (entry === undefined) editor.remove(field);
    else if (isMap(field.node) && field.own && isSameKey(tree.fields(field.node), entry, tree)) {
      inner.push(...rewrap(tree.fields(field.node), entry, editorFor(field.node)));
    } else editor.replace(field, field.key, dataKeyOf(entry));
  }
  const known = new Set(old.map(({ key }) => key));
  const [first] = old;
  for (const [id, entry] of Object.entries(wanted).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    if (known.has(id) || !first) continue;
    const before = old.filter(({ key }) => key < id).toSorted((a, b) => (a.key < b.key ? -1 : 1));
    const previous = before.at(-1);
    if (previous) editor.insertAfter(previous, id, dataKeyOf(entry));
    else editor.insertBefore(first, id, dataKeyOf(entry));
  }
  return [...editor.splices(), ...inner];
}

/** Whether an entry differs at most in how the file key wraps it. */
function isSameKey(fields: Fields, wanted: WrappedDataKey, tree: Tree): boolean {
  const wraps = fields.get('recovery');
  const recovery = wraps && isMap(wraps.node) ? tree.fields(wraps.node) : undefined;
  const there = [...(recovery?.keys() ?? [])].map((key) => [
    key,
    recovery && textIn(recovery, key),
  ]);
  return (
    fields.has('key') &&
    textIn(fields, 'binding') === wanted.binding &&
    textIn(fields, 'commit') === wanted.commit &&
    textIn(fields, 'author') === wanted.author &&
    isDeepStrictEqual(Object.fromEntries(there), { ...wanted.recovery })
  );
}

function rewrap(fields: Fields, { key }: WrappedDataKey, editor: MapEditor): Splice[] {
  const field = fields.get('key');
  if (!field || textIn(fields, 'key') === key) return [];
  editor.replace(field, 'key', sameStyle(field, key));
  return editor.splices();
}

function textIn(fields: Fields, key: string): string | undefined {
  const node = fields.get(key)?.node;
  return node && isScalar(node) ? textOf(node) : undefined;
}
