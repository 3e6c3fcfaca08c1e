import { isMap, isSeq, type MapNode } from '../yaml/nodes.ts';
import { readText } from '../read/reading.ts';
import { knownDocument, type ManifestDocument, openDocument } from '../yaml/document.ts';
import { Faults } from '../yaml/faults.ts';
import type { Manifest } from '../model.ts';
import { Lines, type Splice } from './lines.ts';
import { writtenValue } from './map-editor.ts';
import type { Fields } from '../yaml/tree.ts';

/** The extent of a parameter's `value:` or `blob:`, including the comment beside it. */
interface Extent {
  start: number;
  end: number;
  text: string;
  /** The text before it in its line. */
  indent: string;
}

/** A text, and its document if it was read already. */
type Readable = Pick<Manifest, 'text' | 'document'>;

/**
 * Returns `edited` with the contents of `names` as in `original`, wherever they equal those in
 * `view`, which is `original` with other contents.
 * @returns also the names of the restored contents
 */
export function restoreContents(
  original: Readable,
  view: string,
  edited: Readable,
  names: Iterable<string>,
): { text: string; restored: Set<string> } {
  const before = findContents(original.text, knownDocument(original));
  const now = findContents(edited.text, knownDocument(edited));
  // People change little of what they see.
  const shown = findContents(view, knownDocument(edited));
  const restored = new Set<string>();
  const splices: Splice[] = [];
  for (const name of names) {
    const [old, seen, found] = [before.get(name), shown.get(name), now.get(name)];
    if (!old || !seen || !found) continue;
    if (found.text !== seen.text || found.indent !== seen.indent) continue;
    restored.add(name);
    splices.push({ start: found.start, end: found.end, replacement: old.text });
  }
  return { text: new Lines(edited.text).splice(splices), restored };
}

function findContents(text: string, known?: ManifestDocument): Map<string, Extent> {
  const lines = new Lines(text);
  const extents = new Map<string, Extent>();
  const document = openDocument(text, new Faults(), known);
  const list = document?.tree.fields(document.root).get('parameters')?.node;
  for (const item of document && list && isSeq(list) ? list.items : []) {
    const node = document?.tree.resolve(item);
    if (!document || !node || !isMap(node)) continue;
    const fields = document.tree.fields(node);
    const extent = findExtent(fields, node, lines);
    if (extent) extents.set(readText(fields, 'name') ?? '', extent);
  }
  return extents;
}

function findExtent(fields: Fields, map: MapNode, lines: Lines): Extent | undefined {
  const field = fields.get('value') ?? fields.get('blob');
  if (!field) return undefined;
  const written = writtenValue(field);
  const start = field.keyNode.range[0];
  const isFlow = map.flow;
  const end = isFlow ? written.range[1] : lines.endOfNode(written);
  const indent = isFlow ? '' : lines.text.slice(lines.startOf(start), start);
  return { start, end, text: lines.text.slice(start, end), indent };
}
