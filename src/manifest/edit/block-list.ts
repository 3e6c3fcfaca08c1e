import { isMap, type Node, type SeqNode } from '../yaml/nodes.ts';
import type { NewParameter } from '../model.ts';
import { braceStyleOf, blockItem, type DashStyle, flowItem } from './new-parameter.ts';
import { type Extent, extentsOf } from './extents.ts';
import { isBlockScalar, lastPartOf, type Lines, type Splice } from './lines.ts';
import { roomAt } from './render.ts';

/** Edits a list in block style, line by line. */
export class BlockList {
  readonly #lines: Lines;
  readonly #items: readonly Node[];
  readonly #extents: readonly Extent[];
  /** The start of the list's first line. */
  readonly #start: number;

  constructor(lines: Lines, list: SeqNode, keyEnd: number) {
    this.#lines = lines;
    this.#items = list.items;
    this.#start = lines.endOf(keyEnd);
    this.#extents = extentsOf(lines, list, this.#start);
  }

  add(parameters: readonly NewParameter[]): Splice[] {
    const lines = this.#lines;
    const item = this.#items.at(-1);
    const extent = this.#extents.at(-1);
    if (!item || !extent) throw new Error('no parameter to add after');
    const style = this.#dashStyle(extent);
    const blank = this.#hasBlankLines() ? lines.eol : '';
    const added = parameters.map((parameter) =>
      this.#render(parameter, item, style)
        .map((line) => line + lines.eol)
        .join(''),
    );
    // A `|+` block would absorb another blank line.
    const separator = this.#scalarAtEnd(item) === 'keep' ? '' : blank;
    return [{ start: extent.end, end: extent.end, replacement: separator + added.join(blank) }];
  }

  remove(indices: ReadonlySet<number>): Splice[] {
    const splices: Splice[] = [];
    for (let first = 0; first < this.#items.length; first += 1) {
      if (!indices.has(first)) continue;
      let last = first;
      while (indices.has(last + 1) && this.#touch(last, last + 1)) last += 1;
      splices.push(...this.#cut(first, last));
      first = last;
    }
    return splices;
  }

  #render(parameter: NewParameter, neighbour: Node, style: DashStyle): readonly string[] {
    // In flow style, the sealed bytes would be one endless line.
    if (!isMap(neighbour) || !neighbour.flow || parameter.content?.kind === 'blob') {
      return blockItem(parameter, style);
    }
    const item = flowItem(parameter, braceStyleOf(this.#lines, neighbour));
    return [`${style.indent}-${style.gap}${item}`];
  }

  #dashStyle({ dash, end }: Extent): DashStyle {
    const lines = this.#lines;
    const indent = lines.text.slice(lines.startOf(dash), dash);
    const gaps = this.#items.map((item, index) => {
      const extent = this.#extents[index];
      return extent ? lines.text.slice(extent.dash + 1, item.range[0]) : '';
    });
    const gap = gaps.findLast((text) => /^ +$/.test(text)) ?? ' ';
    const room = roomAt(lines, end, indent.length + 1 + gap.length);
    return { indent, gap, blocks: room === 'none' ? 'none' : 'clip' };
  }

  /** Whether a blank line separates the last two items. */
  #hasBlankLines(): boolean {
    const last = this.#extents.at(-1);
    if (!last || this.#extents.length < 2) return false;
    return this.#lines.isBlank(this.#lines.startOf(last.start - 1), last.start);
  }

  /** Whether only blank lines separate two items. */
  #touch(first: number, second: number): boolean {
    const [before, after] = [this.#extents[first], this.#extents[second]];
    return before && after ? this.#lines.isBlank(before.end, after.start) : false;
  }

  /** Removes the items from `first` to `last`, and a blank line that separated them from others. */
  #cut(first: number, last: number): Splice[] {
    const lines = this.#lines;
    let start = this.#extents[first]?.start ?? 0;
    let end = this.#extents[last]?.end ?? start;
    const gapStart = this.#extents[first - 1]?.end ?? this.#start;
    const above = start > gapStart ? lines.startOf(start - 1) : start;
    const isBlankAbove = above < start && lines.isBlank(above, start);
    const isBlankBelow = end < lines.text.length && lines.isBlank(end, lines.endOf(end));
    const previous = this.#items[first - 1];
    const scalar = previous && this.#touch(first - 1, first) ? this.#scalarAtEnd(previous) : 'none';
    const below = this.#endOfBlankLines(end);
    if (scalar === 'keep' || (scalar === 'block' && /[ \t]/.test(lines.text.slice(end, below)))) {
      // Otherwise these lines would become part of that value.
      end = below;
    } else if (isBlankAbove && (isBlankBelow || last === this.#items.length - 1)) {
      start = above;
    } else if (first === 0 && isBlankBelow) {
      end = lines.endOf(end);
    }
    const splices = [{ start, end, replacement: '' }];
    if (scalar === 'keep' && lines.endsOpen && end === lines.text.length) {
      // The last line break belongs to that value.
      splices.push({ start: end, end, replacement: lines.eol });
    }
    return splices;
  }

  #endOfBlankLines(offset: number): number {
    let end = offset;
    while (end < this.#lines.text.length && this.#lines.isBlank(end, this.#lines.endOf(end))) {
      end = this.#lines.endOf(end);
    }
    return end;
  }

  /** Whether an item ends with a block scalar, and whether that keeps the blank lines after it. */
  #scalarAtEnd(item: Node): 'none' | 'block' | 'keep' {
    const last = lastPartOf(item);
    if (!isBlockScalar(last)) return 'none';
    const [start] = last.range;
    return /^[|>]\d?\+/.test(this.#lines.text.slice(start, start + 3)) ? 'keep' : 'block';
  }
}
