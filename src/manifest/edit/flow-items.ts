import type { Lines, Splice } from './lines.ts';

/** One item between brackets in the text. */
interface Item {
  start: number;
  end: number;
  /** Offset of the comma after it. */
  comma: number | undefined;
  removed: boolean;
  /** Items to insert before and after it. */
  before: string[];
  after: string[];
}

/** The items between brackets, JSON included. Places commas as JSON requires. */
export class FlowItems {
  readonly #lines: Lines;
  readonly #items: Item[];
  readonly #comments: 'stay' | 'go';
  readonly #splices: Splice[] = [];

  /** @param comments whether comments beside and above an item stay when it is removed */
  constructor(
    lines: Lines,
    ranges: readonly { start: number; end: number }[],
    comments: 'stay' | 'go',
  ) {
    this.#lines = lines;
    this.#comments = comments;
    this.#items = ranges.map(({ start, end }) => {
      const comma = this.#findComma(end);
      return { start, end, comma, removed: false, before: [], after: [] };
    });
  }

  remove(index: number): void {
    this.#item(index).removed = true;
  }

  insertAfter(index: number, text: string): void {
    this.#item(index).after.push(text);
  }

  insertBefore(index: number, text: string): void {
    this.#item(index).before.push(text);
  }

  splices(): Splice[] {
    const items = this.#items;
    const kept = items.filter(({ removed }) => !removed);
    this.#moveTextsToKept();
    const lastKept = items.findLastIndex(({ removed }) => !removed);
    for (const index of items.keys()) this.#spliceRemoved(index, index > lastKept);
    for (const item of kept) this.#spliceKept(item, item === kept.at(-1));
    return this.#splices;
  }

  #item(index: number): Item {
    const item = this.#items[index];
    if (!item) throw new Error('edit of an unknown item');
    return item;
  }

  /** Insertions beside a removed item go to the nearest item that stays. */
  #moveTextsToKept(): void {
    const waiting: string[] = [];
    let last: Item | undefined;
    for (const item of this.#items) {
      const texts = item.removed ? [...item.before, ...item.after] : item.before;
      if (last) last.after.push(...texts);
      else waiting.push(...texts);
      item.before = [];
      if (item.removed) continue;
      if (!last) item.before = waiting;
      last = item;
    }
  }

  #spliceRemoved(index: number, isTail: boolean): void {
    const lines = this.#lines;
    const item = this.#items[index];
    if (!item?.removed) return;
    const { start, end, comma } = item;
    const stop = comma === undefined ? end : comma + 1;
    const isFirst = lines.isFirstInLine(start);
    if (isFirst && this.#ownsRest(stop)) {
      this.#splice(this.#startOfLines(index, start), lines.endOf(stop), '');
      return;
    }
    // Spaces between two items belong to the first; those before the closing bracket, to the last.
    const takesBefore = isTail && !isFirst && this.#items[index - 1]?.removed !== true;
    const takesBehind = this.#items[index + 1] !== undefined;
    this.#splice(
      takesBefore ? lines.skipSpacesBack(start) : start,
      takesBehind ? lines.skipSpaces(stop) : stop,
      '',
    );
  }

  /** Whether the rest of the line after `offset` may be removed. */
  #ownsRest(offset: number): boolean {
    const lines = this.#lines;
    const end = lines.endOf(offset);
    if (lines.isBlank(offset, end)) return true;
    return this.#comments === 'go' && /^[ \t]*#/.test(lines.text.slice(offset, end));
  }

  #startOfLines(index: number, start: number): number {
    const lines = this.#lines;
    const first = lines.startOf(start);
    if (this.#comments === 'stay') return first;
    const previous = this.#items[index - 1];
    return lines.startOfComments(first, previous ? lines.endOf(previous.comma ?? previous.end) : 0);
  }

  #spliceKept(item: Item, isLast: boolean): void {
    const lines = this.#lines;
    const { start, end, comma, before, after } = item;
    const ownsLine = lines.isFirstInLine(start);
    const indent = lines.text.slice(lines.startOf(start), start);
    const separator = ownsLine ? `,${lines.eol}${indent}` : ', ';
    if (before.length > 0)
      this.#splice(start, start, before.map((text) => text + separator).join(''));
    const hadTrailingComma = this.#items.at(-1)?.comma !== undefined;
    const needsComma = !isLast || hadTrailingComma;
    const lineEnd = lines.endOf(comma ?? end);
    const rest = lines.text.slice(comma === undefined ? end : comma + 1, lineEnd);
    if (after.length > 0 && ownsLine && /^[ \t]*(?:#.*)?\r?\n$/.test(rest)) {
      if (comma === undefined) this.#splice(end, end, ',');
      const added = after.map((text) => indent + text).join(`,${lines.eol}`);
      this.#splice(lineEnd, lineEnd, `${added}${needsComma ? ',' : ''}${lines.eol}`);
      return;
    }
    if (after.length > 0) this.#splice(end, end, after.map((text) => `, ${text}`).join(''));
    if (comma !== undefined && !needsComma) this.#splice(comma, comma + 1, '');
  }

  #findComma(from: number): number | undefined {
    const match = /^(?:\s|#[^\n]*\n)*/.exec(this.#lines.text.slice(from, from + 65_536));
    const at = from + (match?.[0].length ?? 0);
    return this.#lines.text[at] === ',' ? at : undefined;
  }

  #splice(start: number, end: number, replacement: string): void {
    this.#splices.push({ start, end, replacement });
  }
}
