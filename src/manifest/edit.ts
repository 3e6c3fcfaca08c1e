import { isDeepStrictEqual } from 'node:util';
import { isMap, isSeq, type MapNode } from './yaml/nodes.ts';
import { BlockEditor } from './edit/block-editor.ts';
import { knownDocument, type ManifestDocument, openDocument } from './yaml/document.ts';
import { editDataKeys } from './edit/data-keys.ts';
import { editParameter } from './edit/parameter.ts';
import { Faults } from './yaml/faults.ts';
import { FlowEditor } from './edit/flow-editor.ts';
import { Lines, type Splice } from './edit/lines.ts';
import { type MapEditor, sameStyle } from './edit/map-editor.ts';
import { TEXT_SETTINGS } from './fields.ts';
import { openList, removeParameters } from './edit/list.ts';
import { oneLine, textsOf } from './edit/render.ts';
import type { Manifest, ManifestEdit, ParameterEdit } from './model.ts';
import { Places } from './yaml/places.ts';
import { readText, readTexts } from './read/reading.ts';
import { readRegions } from './read/region.ts';
import type { Field, Fields } from './yaml/tree.ts';

/**
 * Makes an edit in the manifest's text, in place: every byte outside the changed lines stays.
 * @throws CofferError `manifest` if a manifest cannot hold a value, or a parameter cannot be
 * removed.
 */
export function editManifest(manifest: Manifest, edit: ManifestEdit): string {
  const { text, file } = manifest;
  const { parameters = new Map<string, ParameterEdit>(), add = [], remove = new Set() } = edit;
  const settings = Object.entries(edit.settings ?? {});
  const steps: Step[] = [
    (document, lines) => editRecovery(document, lines, edit),
    (document, lines) => editRegions(document, lines, edit),
    (document, lines) => [
      ...editTop(document, lines, edit),
      ...editParameters(document, lines, parameters),
    ],
    ...settings.map(
      ([key, value]): Step =>
        (document, lines) =>
          value === undefined ? [] : editSetting(document, lines, key, value),
    ),
  ];
  // Separate steps: each one needs the positions after the one before.
  if (add.length > 0) steps.push((document, lines) => openList(document, lines).add(add));
  if (remove.size > 0) {
    steps.push((document, lines) => removeParameters(document, lines, { remove, add, file }));
  }
  let current = text;
  let known = knownDocument(manifest);
  for (const step of steps) {
    const lines = new Lines(current);
    known = openLines(lines, file, known);
    const splices = step(known, lines);
    if (splices.length > 0) current = lines.splice(splices);
  }
  return current;
}

type Step = (document: ManifestDocument, lines: Lines) => Splice[];

function openLines(
  { text }: Lines,
  file: string,
  known: ManifestDocument | undefined,
): ManifestDocument {
  const faults = new Faults();
  const document = openDocument(text, faults, known);
  if (!document) throw faults.toError(new Places(text, file));
  return document;
}

function editorFor(lines: Lines, map: MapNode): MapEditor {
  return map.flow ? new FlowEditor(lines, map) : new BlockEditor(lines, map);
}

function editTop({ root, tree }: ManifestDocument, lines: Lines, edit: ManifestEdit): Splice[] {
  const fields = tree.fields(root);
  const editor = editorFor(lines, root);
  const { encryptedWith, dataKeys } = edit;
  const old = fields.get('encrypted_with');
  const anchor = lastSetting(fields);
  if (encryptedWith === null) {
    if (old) editor.remove(old);
  } else if (encryptedWith !== undefined && old) {
    if (readText(fields, 'encrypted_with') !== encryptedWith) {
      editor.replace(old, 'encrypted_with', sameStyle(old, encryptedWith));
    }
  } else if (encryptedWith !== undefined) {
    editor.insertAfter(anchor, 'encrypted_with', sameStyle(undefined, encryptedWith));
  }
  const inner =
    dataKeys === undefined
      ? []
      : editDataKeys(dataKeys ?? {}, {
          tree,
          editor,
          field: fields.get('data_keys'),
          neighbour: encryptedWith === null || !old ? anchor : old,
          editorFor: (map) => editorFor(lines, map),
        });
  return [...editor.splices(), ...inner];
}

function editRecovery(
  { root, tree }: ManifestDocument,
  lines: Lines,
  { recovery }: ManifestEdit,
): Splice[] {
  if (recovery === undefined) return [];
  const fields = tree.fields(root);
  const old = fields.get('recovery');
  if (isDeepStrictEqual(readTexts({ tree }, old), recovery)) return [];
  const editor = editorFor(lines, root);
  if (recovery.length === 0) {
    if (old) editor.remove(old);
  } else if (old) editor.replace(old, 'recovery', textsOf(recovery));
  else editor.insertAfter(lastSetting(fields), 'recovery', textsOf(recovery));
  return editor.splices();
}

/** The new list takes the place of the old one, whichever form each has. */
function editRegions(
  { root, tree }: ManifestDocument,
  lines: Lines,
  { regions }: ManifestEdit,
): Splice[] {
  if (regions === undefined) return [];
  const fields = tree.fields(root);
  const reading = { tree, faults: new Faults() };
  if (isDeepStrictEqual(readRegions(reading, fields), regions)) return [];
  const old = fields.get('regions') ?? fields.get('region');
  if (!old) throw new Error('a manifest without a region');
  const editor = editorFor(lines, root);
  const [first = '', ...others] = regions;
  if (others.length === 0) editor.replace(old, 'region', oneLine(first));
  else editor.replace(old, 'regions', () => ({ inline: `[${regions.join(', ')}]`, below: [] }));
  return editor.splices();
}

function editSetting(
  { root, tree }: ManifestDocument,
  lines: Lines,
  key: string,
  text: string,
): Splice[] {
  const fields = tree.fields(root);
  if (readText(fields, key) === text) return [];
  const editor = editorFor(lines, root);
  const old = fields.get(key);
  if (old) editor.replace(old, key, sameStyle(old, text));
  else editor.insertAfter(lastSetting(fields), key, oneLine(text));
  return editor.splices();
}

/** The pair after which `encrypted_with` goes; `path` always exists. */
function lastSetting(fields: Fields): Field {
  const settings = [...TEXT_SETTINGS, 'regions'].map((key) => fields.get(key));
  const last = settings
    .filter((field) => field !== undefined)
    .toSorted((a, b) => a.keyNode.range[0] - b.keyNode.range[0])
    .at(-1);
  if (!last) throw new Error('a manifest without a path');
  return last;
}

function editParameters(
  { root, tree }: ManifestDocument,
  lines: Lines,
  edits: NonNullable<ManifestEdit['parameters']>,
): Splice[] {
  const list = tree.fields(root).get('parameters')?.node;
  const splices: Splice[] = [];
  const missing = new Set(edits.keys());
  for (const item of list && isSeq(list) ? list.items : []) {
    const node = tree.resolve(item);
    if (!node || !isMap(node)) continue;
    const fields = tree.fields(node);
    const name = readText(fields, 'name') ?? '';
    const edit = edits.get(name);
    missing.delete(name);
    if (!edit) continue;
    const editor = editorFor(lines, node);
    editParameter(edit, name, fields, editor);
    splices.push(...editor.splices());
  }
  for (const name of missing) throw new Error(`edit of an unknown parameter: ${name}`);
  return splices;
}
