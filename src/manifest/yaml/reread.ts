import { isMap, isSeq, type Node, type Pair, type SeqNode } from './nodes.ts';
import { Faults } from './faults.ts';
import { readSyntax } from './syntax.ts';

/** Above this share of new items, reading the whole text takes no longer. */
const MOST_NEW = 0.7;

/** A text, and the nodes that reading it gave. */
interface Known {
  text: string;
  root: Node;
}

/**
 * The nodes of `text` as `readSyntax` would return them. Only those items of `parameters`
 * are read that `known` does not have letter for letter.
 *
 * This is safe because of how a list in block style is read: at each line that begins an item, the
 * dash in the list's column ends whatever was open before, or is an error. So what an item means
 * depends on its own lines alone, except for the first and the last one, where something else is
 * before or behind; these are always read, and so is every item behind a new one, to see that the
 * new one ends there. What is read has to have its items where they were expected.
 * @returns undefined if the texts are laid out in another way, or the new one has errors
 */
export function rereadSyntax(text: string, known: Known): Node | undefined {
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
  const list = root.items.at(-1) as Pair & { value: SeqNode };
  const all = now.starts.map((start, index) => {
    const place = kept[index];
    const [item, from] =
      place === undefined
        ? [read[next], layout.starts[next++]]
        : [items[place], before.starts[place]];
    if (!item || from === undefined) throw new Error('an item without its text');
    return moved(item, start - from);
  });
  const end = all.at(-1)?.range[1] ?? text.length;
  const value: SeqNode = { ...list.value, items: all, range: [list.value.range[0], end] };
  const pairs = [...root.items.slice(0, -1), { ...list, value }];
  return { ...root, items: pairs, range: [root.range[0], end] };
}

/** Where the lines with the dashes of `parameters` begin, in a text that ends with that list. */
interface Layout {
  text: string;
  column: number;
  starts: readonly number[];
}

const LIST = /^parameters:[ \t]*(?:#[^\r\n]*)?\r?\n(?:[ \t]*(?:#[^\r\n]*)?\r?\n)*( *)-[ \r\n]/m;

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
function itemsOf(root: Node, { starts, column }: Layout): readonly Node[] | undefined {
  const pair = isMap(root) && !root.flow ? root.items.at(-1) : undefined;
  const list = pair?.key.source === 'parameters' ? pair.value : undefined;
  if (!isSeq(list) || list.flow) return undefined;
  const { items } = list;
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
function moved<N extends Node>(node: N, by: number): N;
function moved(node: Node, by: number): Node {
  if (by === 0) return node;
  const [start, end] = node.range;
  const range = [start + by, end + by] as const;
  if (isMap(node)) {
    const items = node.items.map(({ key, value }) => ({
      key: moved(key, by),
      value: moved(value, by),
    }));
    return { ...node, items, range };
  }
  if (isSeq(node)) return { ...node, items: node.items.map((item) => moved(item, by)), range };
  return { ...node, range };
}
