import type { YAMLMap } from 'yaml';
import type { Lines } from './lines.ts';
import { isCollection, type MapEditor, removeProperties, writtenValue } from './map-editor.ts';
import { renderKey, type Spot, type Value } from './render.ts';
import type { Splice } from './splice.ts';
import type { Field } from '../yaml/tree.ts';

type Pair = YAMLMap.Parsed['items'][number];

/** One pair as it stands in the text. */
interface Item {
  pair: Pair;
  start: number;
  end: number;
  /** Of the comma behind it. */
  comma: number | undefined;
  removed: boolean;
  /** Pairs to come before and behind it. */
  before: string[];
  after: string[];
}

/** Edits a map in brackets, JSON included. Commas end up where JSON wants them. */
export class FlowEditor implements MapEditor {
  readonly #lines: Lines;
  readonly #spot: Spot;
  readonly #items: Item[];
  readonly #splices: Splice[] = [];

  constructor(lines: Lines, map: YAMLMap.Parsed) {
    this.#lines = lines;
    const first = map.items[0]?.key;
    const quotedKeys = first !== undefined && 'type' in first && first.type === 'QUOTE_DOUBLE';
    this.#spot = { flow: true, quotedKeys, column: 0, blocks: 'none' };
    this.#items = map.items.map((pair) => {
      const end = (pair.value ?? pair.key).range[1];
      const comma = this.#findComma(end);
      const start = pair.key.range[0];
      return { pair, start, end, comma, removed: false, before: [], after: [] };
    });
  }

  remove(field: Field): void {
    this.#item(field).removed = true;
  }

  replace(field: Field, key: string, value: Value): void {
    const old = writtenValue(field);
    const [keyStart, keyEnd] = field.keyNode.range;
    if (key !== field.key) {
      this.#splice(keyStart, keyEnd, renderKey(key, this.#spot));
    }
    if (key !== field.key || isCollection(old)) {
      this.#splices.push(...removeProperties(this.#lines, keyEnd, old.range[0]));
    }
    this.#splice(old.range[0], old.range[1], value(this.#spot).inline);
  }

  insertAfter(field: Field, key: string, value: Value): void {
    this.#item(field).after.push(this.#render(key, value));
  }

  insertBefore(field: Field, key: string, value: Value): void {
    this.#item(field).before.push(this.#render(key, value));
  }

  splices(): Splice[] {
    const items = this.#items;
    const kept = items.filter(({ removed }) => !removed);
    this.#movePairsToKept();
    const lastKept = items.findLastIndex(({ removed }) => !removed);
    for (const index of items.keys()) this.#spliceRemoved(index, index > lastKept);
    for (const item of kept) this.#spliceKept(item, item === kept.at(-1));
    return this.#splices;
  }

  #render(key: string, value: Value): string {
    return `${renderKey(key, this.#spot)}: ${value(this.#spot).inline}`;
  }

  #item(field: Field): Item {
    const item = this.#items.find(({ pair }) => pair === field.pair);
    if (!item) throw new Error('an edit of a pair that the map does not have');
    return item;
  }

  /** What was to stand beside a removed pair goes to the nearest one that stays. */
  #movePairsToKept(): void {
    const waiting: string[] = [];
    let last: Item | undefined;
    for (const item of this.#items) {
      const pairs = item.removed ? [...item.before, ...item.after] : item.before;
      if (last) last.after.push(...pairs);
      else waiting.push(...pairs);
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
    if (isFirst && lines.isBlank(stop, lines.endOf(stop))) {
      this.#splice(lines.startOf(start), lines.endOf(stop), '');
      return;
    }
    // The spaces between two pairs go with the first, before the end of the map with the last.
    const takesBefore = isTail && !isFirst && this.#items[index - 1]?.removed !== true;
    const takesBehind = this.#items[index + 1] !== undefined;
    this.#splice(
      takesBefore ? lines.skipSpacesBack(start) : start,
      takesBehind ? lines.skipSpaces(stop) : stop,
      '',
    );
  }

  #spliceKept(item: Item, isLast: boolean): void {
    const lines = this.#lines;
    const { start, end, comma, before, after } = item;
    const ownsLine = lines.isFirstInLine(start);
    const indent = lines.text.slice(lines.startOf(start), start);
    const separator = ownsLine ? `,${lines.eol}${indent}` : ', ';
    if (before.length > 0)
      this.#splice(start, start, before.map((pair) => pair + separator).join(''));
    const hadTrailingComma = this.#items.at(-1)?.comma !== undefined;
    const needsComma = !isLast || hadTrailingComma;
    const lineEnd = lines.endOf(comma ?? end);
    const rest = lines.text.slice(comma === undefined ? end : comma + 1, lineEnd);
    if (after.length > 0 && ownsLine && /^[ \t]*(?:#.*)?\r?\n$/.test(rest)) {
      if (comma === undefined) this.#splice(end, end, ',');
      const added = after.map((pair) => indent + pair).join(`,${lines.eol}`);
      this.#splice(lineEnd, lineEnd, `${added}${needsComma ? ',' : ''}${lines.eol}`);
      return;
    }
    if (after.length > 0) this.#splice(end, end, after.map((pair) => `, ${pair}`).join(''));
    if (comma !== undefined && !needsComma) this.#splice(comma, comma + 1, '');
  }

  #findComma(from: number): number | undefined {
    const match = /^(?:\s|#[^\n]*)*/.exec(this.#lines.text.slice(from, from + 65_536));
    const at = from + (match?.[0].length ?? 0);
    return this.#lines.text[at] === ',' ? at : undefined;
  }

  #splice(start: number, end: number, replacement: string): void {
    this.#splices.push({ start, end, replacement });
  }
}
