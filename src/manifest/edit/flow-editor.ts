import type { MapNode } from '../yaml/nodes.ts';
import { hasQuotedKeys } from './new-parameter.ts';
import { FlowItems } from './flow-items.ts';
import type { Lines, Splice } from './lines.ts';
import { isCollection, type MapEditor, removeProperties, writtenValue } from './map-editor.ts';
import { renderKey, type Spot, type Value } from './render.ts';
import type { Field } from '../yaml/tree.ts';

/** Edits a map in flow style, JSON included. */
export class FlowEditor implements MapEditor {
  readonly #lines: Lines;
  readonly #map: MapNode;
  readonly #spot: Spot;
  readonly #items: FlowItems;
  readonly #splices: Splice[] = [];

  constructor(lines: Lines, map: MapNode) {
    this.#lines = lines;
    this.#map = map;
    this.#spot = { flow: true, quotedKeys: hasQuotedKeys(map), column: 0, blocks: 'none' };
    const ranges = map.items.map(({ key, value }) => ({
      start: key.range[0],
      end: value.range[1],
    }));
    this.#items = new FlowItems(lines, ranges, 'stay');
  }

  remove(field: Field): void {
    this.#items.remove(this.#indexOf(field));
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
    this.#items.insertAfter(this.#indexOf(field), this.#render(key, value));
  }

  insertBefore(field: Field, key: string, value: Value): void {
    this.#items.insertBefore(this.#indexOf(field), this.#render(key, value));
  }

  splices(): Splice[] {
    return [...this.#splices, ...this.#items.splices()];
  }

  #render(key: string, value: Value): string {
    return `${renderKey(key, this.#spot)}: ${value(this.#spot).inline}`;
  }

  #indexOf({ pair }: Field): number {
    return this.#map.items.findIndex((item) => item === pair);
  }

  #splice(start: number, end: number, replacement: string): void {
    this.#splices.push({ start, end, replacement });
  }
}
