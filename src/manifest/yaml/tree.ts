import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type MapNode,
  type Node,
  type Pair,
  type Resolved,
  type ScalarNode,
} from './nodes.ts';
import type { Faults } from './faults.ts';
import { dataOf } from './scalars.ts';
import { isMergeKey, type Targets } from './survey.ts';

/** One key of a map and its value, merges and aliases resolved. */
export interface Field {
  key: string;
  keyNode: ScalarNode;
  pair: Pair;
  /** The resolved value. */
  node: Resolved;
  /** Whether the value is written here, not behind an alias or a merge. */
  own: boolean;
  /** The offsets to report for the key and the value. */
  keyAt: number;
  valueAt: number;
}

export type Fields = ReadonlyMap<string, Field>;

/** A view of the document with aliases and merges resolved; reads every map once. */
export class Tree {
  readonly #targets: Targets;
  readonly #faults: Faults;
  readonly #fields = new Map<MapNode, Fields>();
  readonly #data = new Map<Resolved, unknown>();

  constructor(targets: Targets, faults: Faults) {
    this.#targets = targets;
    this.#faults = faults;
  }

  /** All aliases and their targets. */
  get targets(): Targets {
    return this.#targets;
  }

  resolve(node: Node): Resolved | undefined {
    if (!isAlias(node)) return node;
    const target = this.#targets.get(node);
    return target && this.resolve(target);
  }

  fields(map: MapNode): Fields {
    let fields = this.#fields.get(map);
    if (!fields) {
      fields = this.#readFields(map);
      this.#fields.set(map, fields);
    }
    return fields;
  }

  #readFields(map: MapNode): Fields {
    const fields = new Map<string, Field>();
    const merges: Field[] = [];
    for (const pair of map.items) {
      const { key: keyNode, value: written } = pair;
      const field: Field = {
        key: keyNode.source,
        keyNode,
        pair,
        // An alias of nothing is already reported; its own key replaces it.
        node: this.resolve(written) ?? keyNode,
        own: !isAlias(written),
        keyAt: keyNode.range[0],
        valueAt: written.range[0],
      };
      if (isMergeKey(keyNode)) merges.push(field);
      else fields.set(field.key, field);
    }
    for (const { node, keyAt } of merges) {
      if (!this.#isMergeable(node)) {
        const hint = 'merge a map, or a list of maps, that has an anchor above';
        this.#faults.add(keyAt, 'a merge (<<) of something that is not a map', hint);
      }
      for (const source of this.mergeSources(node)) {
        for (const field of this.fields(source).values()) {
          if (fields.has(field.key)) continue;
          fields.set(field.key, { ...field, own: false, keyAt, valueAt: keyAt });
        }
      }
    }
    return fields;
  }

  #isMergeable(node: Resolved): boolean {
    return isMap(node) || (isSeq(node) && this.mergeSources(node).length === node.items.length);
  }

  /** The maps that `<<: node` merges, by precedence. */
  mergeSources(node: Resolved): MapNode[] {
    const nodes = isSeq(node) ? node.items.map((item) => this.resolve(item)) : [node];
    return nodes.filter(isMap);
  }

  /** The node as JSON data; targets of several aliases are shared. */
  data(node: Resolved): unknown {
    if (isScalar(node)) return dataOf(node);
    let data = this.#data.get(node);
    if (data === undefined) {
      data = isMap(node) ? this.#mapData(node) : node.items.map((item) => this.#itemData(item));
      this.#data.set(node, data);
    }
    return data;
  }

  #mapData(map: MapNode): Record<string, unknown> {
    const entries = [...this.fields(map).values()].map(({ key, node }) => [key, this.data(node)]);
    return Object.fromEntries(entries) as Record<string, unknown>;
  }

  #itemData(item: Node): unknown {
    const node = this.resolve(item);
    return node ? this.data(node) : null;
  }
}
