import { type SeqNode, isMap, isSeq } from '../yaml/nodes.ts';
import { CofferError } from '../../errors.ts';
import type { NewParameter } from '../model.ts';
import { readText } from '../read/reading.ts';
import type { ManifestDocument } from '../yaml/document.ts';
import { quote } from '../yaml/faults.ts';
import type { Field } from '../yaml/tree.ts';
import { BlockList } from './block-list.ts';
import { braceStyleOf, flowItem } from './new-parameter.ts';
import { FlowItems } from './flow-items.ts';
import type { Lines, Splice } from './lines.ts';

/** Edits of the list of parameters; one kind at a time. */
export interface ListEditor {
  /** Adds parameters after the last one, in the style of the list. */
  add(parameters: readonly NewParameter[]): Splice[];
  /** Removes items, but never all of them. */
  remove(indices: ReadonlySet<number>): Splice[];
}

/** The editor of the list of parameters. */
export function openList(document: ManifestDocument, lines: Lines): ListEditor {
  const { field, list } = findList(document);
  return list.flow ? new FlowList(lines, list) : new BlockList(lines, list, field.keyNode.range[1]);
}

function findList({ root, tree }: ManifestDocument): { field: Field; list: SeqNode } {
  const field = tree.fields(root).get('parameters');
  const list = field?.node;
  if (!field || !list || !isSeq(list)) throw new Error('a manifest without parameters');
  return { field, list };
}

/**
 * Removes the parameters named in `remove`, except those just added.
 * @throws CofferError `manifest` if none would be left, or another one refers to a removed one
 */
export function removeParameters(
  document: ManifestDocument,
  lines: Lines,
  request: { remove: ReadonlySet<string>; add: readonly NewParameter[]; file: string },
): Splice[] {
  const { remove, add, file } = request;
  const { list } = findList(document);
  const names = namesOf(document, list).slice(0, list.items.length - add.length);
  const indices = new Set([...names.keys()].filter((index) => remove.has(names[index] ?? '')));
  for (const name of remove) {
    if (!names.includes(name)) throw new Error(`removal of an unknown parameter: ${name}`);
  }
  if (indices.size === list.items.length) {
    throw new CofferError('manifest', `cannot remove the last parameter of ${file}`, {
      hint: 'a manifest needs at least one: delete the file instead',
    });
  }
  refuseAnchors(document, list, indices, names);
  return openList(document, lines).remove(indices);
}

function namesOf({ tree }: ManifestDocument, list: SeqNode): string[] {
  return list.items.map((item) => {
    const node = tree.resolve(item);
    return node && isMap(node) ? (readText(tree.fields(node), 'name') ?? '') : '';
  });
}

/** A remaining alias must not lose its anchor. */
function refuseAnchors(
  { tree }: ManifestDocument,
  list: SeqNode,
  indices: ReadonlySet<number>,
  names: readonly string[],
): void {
  const indexAt = ([offset]: readonly [number, ...unknown[]]) =>
    list.items.findIndex(({ range: [start, end] }) => start <= offset && offset < end);
  for (const [alias, target] of tree.targets) {
    const index = indexAt(target.range);
    if (!indices.has(index) || indices.has(indexAt(alias.range))) continue;
    const name = quote(names[index] ?? '');
    throw new CofferError('manifest', `cannot remove parameter ${name}: an alias refers to it`, {
      hint: 'first replace the aliases (*…) of its anchors (&…) with the text itself',
    });
  }
}

/** Edits a list in flow style, JSON included. */
class FlowList implements ListEditor {
  readonly #lines: Lines;
  readonly #list: SeqNode;

  constructor(lines: Lines, list: SeqNode) {
    this.#lines = lines;
    this.#list = list;
  }

  add(parameters: readonly NewParameter[]): Splice[] {
    const last = this.#list.items.at(-1);
    if (!last || !isMap(last)) throw new Error('no parameter to add after');
    const style = braceStyleOf(this.#lines, last);
    const items = this.#open();
    const index = this.#list.items.length - 1;
    for (const parameter of parameters) items.insertAfter(index, flowItem(parameter, style));
    return items.splices();
  }

  remove(indices: ReadonlySet<number>): Splice[] {
    const items = this.#open();
    for (const index of indices) items.remove(index);
    return items.splices();
  }

  #open(): FlowItems {
    let previous = this.#list.range[0];
    const ranges = this.#list.items.map(({ range: [start, end] }) => {
      // An anchor or tag precedes its node.
      const between = this.#lines.text.slice(previous, start);
      const [properties = ''] = /(?:[&!][^\s,[\]{}]*\s+)*$/.exec(between) ?? [];
      previous = end;
      return { start: start - properties.length, end };
    });
    return new FlowItems(this.#lines, ranges, 'go');
  }
}
