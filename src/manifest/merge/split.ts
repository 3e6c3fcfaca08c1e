import {
  isMap,
  isSeq,
  type MapNode,
  type Node,
  type ScalarNode,
  type SeqNode,
} from '../yaml/nodes.ts';
import { extentsOf } from '../edit/extents.ts';
import { isBlockCollection, Lines } from '../edit/lines.ts';
import type { Manifest } from '../model.ts';
import { readText } from '../read/reading.ts';
import { knownDocument, type ManifestDocument, openDocument } from '../yaml/document.ts';
import { Faults } from '../yaml/faults.ts';
import type { Tree } from '../yaml/tree.ts';

/** A text split by keys. Joined together, the parts are the text again. */
export interface Parts {
  /** The text before the units, such as the line `parameters:`. */
  head: string;
  units: readonly Unit[];
  /** The text after the units. */
  tail: string;
}

/** The text of one key: a setting, a data key, a parameter, or a field of one. */
export interface Unit {
  key: string;
  /** The comments and blank lines before the unit. */
  lead: string;
  body: string;
  /** The body split further, if possible. */
  parts?: Parts | undefined;
}

export const NO_PARTS: Parts = { head: '', units: [], tail: '' };

function textOf({ head, units, tail }: Parts): string {
  return [head, ...units.map(({ lead, body }) => lead + body), tail].join('');
}

/** A unit by its position. */
interface Piece {
  key: string;
  start: number;
  end: number;
  parts?: Parts | undefined;
}

/**
 * Splits a manifest: settings, the data keys and tags in them, parameters and their fields. Keeps
 * nodes in flow style whole.
 * @param text ends with a line break
 * @param known what was read from it, if anything was
 */
export function splitManifest(text: string, known?: Manifest): Parts {
  if (text.trim() === '') return { ...NO_PARTS, tail: text };
  const lines = new Lines(text);
  const document = openDocument(text, new Faults(), knownDocument(known));
  if (!document || document.root.flow) return { ...NO_PARTS, tail: text };
  const pieces = piecesOf(lines, document.root, (node, key, start) => {
    const bodyStart = lines.endOf(key.range[1]);
    if (isSeq(node)) {
      // Another list, such as that of recovery, has no names to merge by.
      return key.source === 'parameters'
        ? splitList(lines, document, node, start, bodyStart)
        : undefined;
    }
    return isMap(node) ? join(lines, piecesOf(lines, node), start, bodyStart) : undefined;
  });
  // Comments above the first setting belong to the file.
  return join(lines, pieces, 0, pieces[0]?.start ?? 0, text.length);
}

type Split = (node: Node, key: ScalarNode, start: number) => Parts | undefined;

function piecesOf(lines: Lines, map: MapNode, split?: Split): Piece[] {
  return map.items.map(({ key, value }) => {
    const at = key.range[0];
    // The first key of a list item follows the dash.
    const start = lines.isFirstInLine(at) ? lines.startOf(at) : at;
    const parts = isBlockCollection(value) ? split?.(value, key, start) : undefined;
    const end = parts ? start + textOf(parts).length : lines.endOfNode(value);
    return { key: key.source, start, end, parts };
  });
}

function splitList(
  lines: Lines,
  { tree }: ManifestDocument,
  list: SeqNode,
  start: number,
  listStart: number,
): Parts {
  const pieces = extentsOf(lines, list, listStart).map(({ dash, end }, index): Piece => {
    const node = list.items[index];
    const itemStart = lines.startOf(dash);
    return {
      key: nameOf(tree, node),
      start: itemStart,
      end,
      parts: isMap(node) && !node.flow ? splitItem(lines, node, itemStart, end) : undefined,
    };
  });
  return join(lines, pieces, start, listStart);
}

function splitItem(lines: Lines, map: MapNode, start: number, end: number): Parts {
  // `value` and `blob` are two forms of one field.
  const fields = piecesOf(lines, map).map((piece) =>
    piece.key === 'blob' ? { ...piece, key: 'value' } : piece,
  );
  return join(lines, fields, start, fields[0]?.start ?? start, end);
}

function nameOf(tree: Tree, item: Node | undefined): string {
  const node = item && tree.resolve(item);
  return node && isMap(node) ? (readText(tree.fields(node), 'name') ?? '') : '';
}

/** Turns pieces into units that together cover all text from `start` to `end`. */
function join(
  { text }: Lines,
  pieces: readonly Piece[],
  start: number,
  headEnd: number,
  end = pieces.at(-1)?.end ?? headEnd,
): Parts {
  let done = headEnd;
  const units = pieces.map((piece): Unit => {
    const lead = text.slice(done, piece.start);
    done = piece.end;
    return { key: piece.key, lead, body: text.slice(piece.start, piece.end), parts: piece.parts };
  });
  return { head: text.slice(start, headEnd), units, tail: text.slice(done, end) };
}
