import {
  Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Pair,
  type ParsedNode,
  Scalar,
  YAMLMap,
  YAMLSeq,
} from 'yaml';
import { Faults } from './faults.ts';
import { readSyntax } from './syntax.ts';

/** Above this share of new items, reading the whole text takes no longer. */
const MOST_NEW = 0.7;

/** A text, and the nodes that reading it gave. */
interface Known {
  text: string;
  root: ParsedNode;
}

/**
 * The nodes of `text` as `readSyntax` would return them, but for comments. Only those items of `parameters`
 * are read that `known` does not have letter for letter.
 *
 * This is safe because of how a list in block style is read: at each line that begins an item, the
 * dash in the list's column ends whatever was open before, or is an error. So what an item means
 * depends on its own lines alone, except for the first and the last one, where something else is
 * before or behind; these are always read, and so is every item behind a new one, to see that the
 * new one ends there. What is read has to have its items where they were expected.
 * @returns undefined if the texts are laid out in another way, or the new one has errors
 */
export function rereadSyntax(text: string, known: Known): ParsedNode | undefined {
  const [before, now] = [layOut(known.text), layOut(text)];
  const items = before && itemsOf(known.root, before);
  if (!items || !now) return undefined;
  const places = new Map<string, number>();
  for (let index = 1; index < items.length - 1; index += 1) {
    places.set(chunkOf(before, index), index);
  }
  const last = now.starts.length - 1;
  const found = now.starts.map((_, index) =>
    index === 0 || index === last ? undefined : places.get(chunkOf(now, index)),
  );
  const kept = found.map((place, index) => (found[index - 1] === undefined ? undefined : place));
  const isNew = now.starts.map((_, index) => kept[index] === undefined);
  const count = isNew.filter(Boolean).length;
  if (count > MOST_NEW * now.starts.length) return undefined;

  const chunks = now.starts.flatMap((_, index) => (isNew[index] ? [chunkOf(now, index)] : []));
  const short = text.slice(0, now.starts[0]) + chunks.join('');
  const faults = new Faults();
  const root = readSyntax(short, faults);
  const layout = root && layOut(short);
  const read = layout && itemsOf(root, layout);
  if (!root || !read || read.length !== count || !isMap(root)) return undefined;

  let next = 0;
  const list = root.items.at(-1)?.value as YAMLSeq.Parsed;
  list.items = now.starts.map((start, index) => {
    const place = kept[index];
    const [item, from] =
      place === undefined
        ? [read[next], layout.starts[next++]]
        : [items[place], before.starts[place]];
    if (!item || from === undefined) throw new Error('an item without its text');
    return moved(item, start - from);
  });
  const by = text.length - short.length;
  for (const node of [root, list]) {
    const [start, valueEnd, nodeEnd] = node.range;
    node.range = [start, valueEnd + by, nodeEnd + by];
  }
  return root;
}

/** Where the lines with the dashes of `parameters` begin, in a text that ends with that list. */
interface Layout {
  text: string;
  column: number;
  starts: readonly number[];
}

const LIST = /^parameters:[ \t]*(?:#[^\n]*)?\r?\n(?:[ \t]*(?:#[^\n]*)?\r?\n)*( *)-[ \r\n]/m;

function layOut(text: string): Layout | undefined {
  const match = LIST.exec(text);
  if (!match) return undefined;
  const column = match[1]?.length ?? 0;
  const first = match.index + match[0].length - 2 - column;
  // Every line that is not indented further: a dash, a comment, or something that is not expected.
  const outer = new RegExp(`^ {0,${column}}(?=[^ \\r\\n#]).*`, 'gm');
  outer.lastIndex = first;
  const dash = `${' '.repeat(column)}-`;
  const starts: number[] = [];
  for (let line = outer.exec(text); line; line = outer.exec(text)) {
    const end = text[line.index + dash.length] ?? '\n';
    if (!line[0].startsWith(dash) || !' \r\n'.includes(end)) return undefined;
    starts.push(line.index);
  }
  return { text, column, starts };
}

function chunkOf({ text, starts }: Layout, index: number): string {
  return text.slice(starts[index], starts[index + 1]);
}

/** The items of `parameters`, if they are where the layout expects them. */
function itemsOf(root: ParsedNode, { starts, column }: Layout): readonly ParsedNode[] | undefined {
  const pair = isMap(root) && root.flow !== true ? root.items.at(-1) : undefined;
  if (!pair || !isScalar(pair.key) || pair.key.source !== 'parameters') return undefined;
  const list = pair.value;
  if (!list || !isSeq(list) || list.flow === true) return undefined;
  const items = list.items as readonly ParsedNode[];
  if (items.length !== starts.length || list.range[0] !== (starts[0] ?? 0) + column) {
    return undefined;
  }
  const isInPlace = items.every(({ range: [start] }, index) => {
    const next = starts[index + 1] ?? Infinity;
    return start > (starts[index] ?? 0) + column && start <= next;
  });
  return isInPlace ? items : undefined;
}

/** The same node further down; a node never changes, as other documents may have it, too. */
function moved<Node extends ParsedNode>(node: Node, by: number): Node;
function moved(node: ParsedNode, by: number): ParsedNode {
  if (by === 0) return node;
  const [start, valueEnd, nodeEnd] = node.range;
  const range = [start + by, valueEnd + by, nodeEnd + by] as const;
  if (isScalar(node)) return Object.assign(new Scalar(node.value), node, { range });
  if (isAlias(node)) return Object.assign(new Alias(node.source), node, { range });
  if (isMap(node)) {
    const items = node.items.map(
      ({ key, value }) => new Pair(moved(key, by), value && moved(value, by)),
    );
    return Object.assign(new YAMLMap(node.schema), node, { items, range });
  }
  const items = node.items.map((item) => moved(item, by));
  return Object.assign(new YAMLSeq(node.schema), node, { items, range });
}
