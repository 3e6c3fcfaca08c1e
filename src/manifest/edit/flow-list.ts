import { isMap, type YAMLSeq } from 'yaml';
import type { NewParameter } from '../model.ts';
import { braceStyleOf } from './brace-style.ts';
import { FlowItems } from './flow-items.ts';
import type { Lines } from './lines.ts';
import type { ListEditor } from './list-editor.ts';
import { flowItem } from './new-parameter.ts';
import type { Splice } from './splice.ts';

/** Edits a list in brackets, JSON included. */
export class FlowList implements ListEditor {
  readonly #lines: Lines;
  readonly #list: YAMLSeq.Parsed;

  constructor(lines: Lines, list: YAMLSeq.Parsed) {
    this.#lines = lines;
    this.#list = list;
  }

  add(parameters: readonly NewParameter[]): Splice[] {
    const last = this.#list.items.at(-1);
    if (!last || !isMap(last)) throw new Error('no parameter to stand behind');
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
      // An anchor or tag stands before what it is for.
      const between = this.#lines.text.slice(previous, start);
      const [properties = ''] = /(?:[&!][^\s,[\]{}]*\s+)*$/.exec(between) ?? [];
      previous = end;
      return { start: start - properties.length, end };
    });
    return new FlowItems(this.#lines, ranges, 'go');
  }
}
