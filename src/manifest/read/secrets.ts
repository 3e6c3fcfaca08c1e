import {
  type AliasNode,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type MapNode,
  type Node,
  type Resolved,
} from '../yaml/nodes.ts';
import { type Faults, quote } from '../yaml/faults.ts';
import { isMergeKey } from '../yaml/survey.ts';
import type { Field, Fields, Tree } from '../yaml/tree.ts';

/** The keys whose values are or become secret. */
const SECRET_KEYS = ['value', 'file', 'generate', 'blob'] as const;

const HINT = 'write it out here: a secret must be in one place only';

/**
 * Refuses aliases and merges of secrets: encrypting a value in one place would change it in
 * another, or leave plaintext there.
 */
export class SecretGuard {
  readonly #tree: Tree;
  readonly #faults: Faults;
  /** Anchored nodes that contain a secret or are part of one. */
  readonly #anchored = new Set<Node>();
  /** Aliases that merge one parameter into another, whose own value wins. */
  readonly #merges = new Set<AliasNode>();

  constructor(tree: Tree, faults: Faults) {
    this.#tree = tree;
    this.#faults = faults;
  }

  /** Reports every secret of the parameter that is not written in the parameter itself. */
  inspect(parameter: Resolved, fields: Fields, prefix: string): void {
    for (const key of SECRET_KEYS) {
      const field = fields.get(key);
      if (!field) continue;
      if (field.own) this.#inspectOwn(field, prefix);
      else this.#report(field.valueAt, `${prefix}${quote(key)} comes through an alias or a merge`);
      if (parameter.anchor !== undefined) this.#anchored.add(parameter);
    }
    if (isMap(parameter)) this.#collectMerges(parameter.items);
  }

  /** Reports every alias elsewhere that leads to a secret. */
  finish(): void {
    for (const [alias, target] of this.#tree.targets) {
      if (this.#anchored.has(target) && !this.#merges.has(alias)) {
        this.#report(alias.range[0], 'an alias (*…) of something that contains a secret');
      }
    }
  }

  #report(offset: number, message: string): void {
    if (!this.#faults.has(offset)) this.#faults.add(offset, message, HINT);
  }

  #inspectOwn(field: Field, prefix: string): void {
    for (const node of this.#walk(field.node)) {
      if (isAlias(node)) {
        const message = `${prefix}an alias (*…) inside ${quote(field.key)}`;
        this.#report(node.range[0], message);
        return;
      }
      if (isScalar(node) && isMergeKey(node) && node !== field.node) {
        this.#report(node.range[0], `${prefix}a merge (<<) inside ${quote(field.key)}`);
        return;
      }
      if (node.anchor !== undefined) this.#anchored.add(node);
    }
  }

  *#walk(node: Node): Generator<Node> {
    yield node;
    if (isAlias(node) || isScalar(node)) return;
    if (isMap(node)) {
      for (const { key, value } of node.items) {
        yield* this.#walk(key);
        yield* this.#walk(value);
      }
    } else for (const item of node.items) yield* this.#walk(item);
  }

  #collectMerges(pairs: MapNode['items']): void {
    for (const { key, value } of pairs) {
      if (!isMergeKey(key)) continue;
      const sources = isSeq(value) ? value.items : [value];
      for (const source of sources) if (isAlias(source)) this.#merges.add(source);
    }
  }
}
