import type { MapNode, Node } from '../yaml/nodes.ts';
import { isBlockCollection, isBlockScalar, type Lines, type Splice } from './lines.ts';
import { isCollection, type MapEditor, removeProperties, writtenValue } from './map-editor.ts';
import { type Spot, type Value, type Room, roomAt } from './render.ts';
import type { Field } from '../yaml/tree.ts';
import type { Rendering } from './write-scalar.ts';

/** Edits a map in block style, line by line. */
export class BlockEditor implements MapEditor {
  readonly #lines: Lines;
  readonly #map: MapNode;
  readonly #splices: Splice[] = [];
  readonly #removed: Splice[] = [];

  constructor(lines: Lines, map: MapNode) {
    this.#lines = lines;
    this.#map = map;
  }

  splices(): Splice[] {
    return [...this.#splices, ...this.#removed];
  }

  remove(field: Field): void {
    const start = field.keyNode.range[0];
    const end = this.#lines.endOfNode(writtenValue(field));
    if (this.#lines.isFirstInLine(start)) {
      this.#remove(this.#lines.startOf(start), end);
      return;
    }
    // After the dash of a list item: the next pair moves up, unless comments are in between.
    const next = this.#map.items[this.#map.items.indexOf(field.pair) + 1];
    const nextStart = next?.key.range[0];
    const movesUp = nextStart !== undefined && this.#lines.isBlank(end, nextStart);
    this.#remove(start, movesUp ? nextStart : writtenValue(field).range[1]);
  }

  replace(field: Field, key: string, value: Value): void {
    const old = writtenValue(field);
    const [keyStart, keyEnd] = field.keyNode.range;
    const colonEnd = this.#lines.text.indexOf(':', keyEnd) + 1;
    if (key !== field.key) this.#splice(keyStart, keyEnd, key);
    if (key !== field.key || isCollection(old)) {
      this.#splices.push(...removeProperties(this.#lines, colonEnd, old.range[0]));
    }
    // The line breaks between the colon and the text that a literal block would replace.
    const breaks = this.#lines.text.slice(colonEnd, old.range[0]).split('\n').length - 1;
    const isBeside = breaks === (isBlockCollection(old) ? 1 : 0);
    const spot = this.#spot(field);
    const place = (end: number): Spot =>
      isBeside ? { ...spot, blocks: this.#room(end, spot.column) } : spot;
    if (isBlockScalar(old)) {
      this.#replaceBlockScalar(old, value, place);
    } else if (isBlockCollection(old)) {
      this.#replaceCollection(old, colonEnd, value(place(this.#lines.endOfNode(old))));
    } else {
      this.#replaceInline(old, value(place(this.#lines.endOfNode(old))));
    }
  }

  insertAfter(field: Field, key: string, value: Value): void {
    this.#insert(this.#lines.endOfNode(writtenValue(field)), field, key, value);
  }

  insertBefore(field: Field, key: string, value: Value): void {
    this.#insert(this.#lines.startOf(field.keyNode.range[0]), field, key, value);
  }

  #insert(at: number, neighbour: Field, key: string, value: Value): void {
    const spot = this.#spot(neighbour);
    const { inline, below } = value({ ...spot, blocks: this.#room(at, spot.column) });
    const beside = inline === '' ? '' : ` ${inline}`;
    this.#splice(at, at, this.#join([`${' '.repeat(spot.column)}${key}:${beside}`, ...below]));
  }

  #replaceInline(old: Node, { inline, below }: Rendering): void {
    const lines = this.#lines;
    const [start, end] = old.range;
    const lineEnd = lines.endOf(end);
    if (inline !== '') this.#splice(start, end, inline);
    else if (lines.isFirstInLine(start) && lines.isBlank(end, lineEnd)) {
      this.#splice(lines.startOf(start), lineEnd, this.#join(below));
      return;
    } else this.#splice(lines.skipSpacesBack(start), end, '');
    this.#splice(lineEnd, lineEnd, this.#join(below));
  }

  #replaceBlockScalar(old: Node, value: Value, place: (end: number) => Spot): void {
    const lines = this.#lines;
    const [start] = old.range;
    const [header = ''] = /^[|>][-+0-9]*/.exec(lines.text.slice(start, start + 3)) ?? [];
    const bodyStart = lines.endOf(start);
    let bodyEnd = lines.endOfNode(old);
    // Blank lines at the end of a `|+` separate the parameters visually, so they stay.
    while (bodyEnd > bodyStart && /(?:^|\n)\r?\n$/.test(lines.text.slice(bodyEnd - 3, bodyEnd))) {
      bodyEnd = lines.startOf(bodyEnd - 1);
    }
    const { inline, below } = value(place(bodyEnd));
    const headerStart = inline === '' ? lines.skipSpacesBack(start) : start;
    this.#splice(headerStart, start + header.length, inline);
    this.#splice(bodyStart, bodyEnd, this.#join(below));
  }

  #replaceCollection(old: Node, colonEnd: number, { inline, below }: Rendering): void {
    if (inline !== '') this.#splice(colonEnd, colonEnd, ` ${inline}`);
    const start = this.#lines.startOf(old.range[0]);
    this.#splice(start, this.#lines.endOfNode(old), this.#join(below));
  }

  #spot(field: Field): Spot {
    const start = field.keyNode.range[0];
    const before = this.#lines.text.slice(this.#lines.startOf(start), start);
    // An anchor before the first key does not change the map's column.
    const column = before.replace(/(?:[&!]\S*[ \t]+)+$/, '').length;
    return { flow: false, quotedKeys: false, column, blocks: 'none' };
  }

  #room(offset: number, column: number): Room {
    return roomAt(this.#lines, offset, column, this.#removed);
  }

  #join(lines: readonly string[]): string {
    return lines.map((line) => line + this.#lines.eol).join('');
  }

  #splice(start: number, end: number, replacement: string): void {
    if (start !== end || replacement !== '') this.#splices.push({ start, end, replacement });
  }

  #remove(start: number, end: number): void {
    this.#removed.push({ start, end, replacement: '' });
  }
}
