import {
  type AliasNode,
  isAlias,
  isMap,
  isScalar,
  type MapNode,
  type Node,
  type ScalarNode,
} from './nodes.ts';
import { quoteKey } from './keys.ts';
import type { Faults } from './faults.ts';
import { isPlain } from './scalars.ts';

/** The maximum number of nodes behind all aliases together. */
const MAX_ALIASED_NODES = 1_000_000;

const PLAIN_TAGS: ReadonlySet<string | undefined> = new Set([
  undefined,
  '!',
  'tag:yaml.org,2002:str',
  'tag:yaml.org,2002:map',
  'tag:yaml.org,2002:seq',
]);

export type Targets = ReadonlyMap<AliasNode, Node>;

const MERGE_KEY = '<<';

export function isMergeKey(key: ScalarNode): boolean {
  return key.source === MERGE_KEY && isPlain(key);
}

/**
 * Walks all nodes once: resolves aliases, and reports duplicate keys, tags, and aliases of nothing
 * or of too much. Returns undefined if the aliases expand to too much.
 */
export function survey(root: Node, faults: Faults): Targets | undefined {
  const surveyor = new Surveyor(faults);
  surveyor.visit(root);
  return surveyor.overflows ? undefined : surveyor.targets;
}

class Surveyor {
  readonly targets = new Map<AliasNode, Node>();
  readonly #faults: Faults;
  readonly #anchors = new Map<string, Node>();
  /** The number of nodes behind each complete anchored node. */
  readonly #sizes = new Map<Node, number>();
  #aliased = 0;

  constructor(faults: Faults) {
    this.#faults = faults;
  }

  get overflows(): boolean {
    return this.#aliased > MAX_ALIASED_NODES;
  }

  visit(node: Node): number {
    if (isAlias(node)) return this.#follow(node);
    this.#checkTag(node);
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    if (isScalar(node)) this.#checkCharacters(node);
    let size = 1;
    if (isMap(node)) size += this.#visitPairs(node);
    else if (!isScalar(node)) for (const item of node.items) size += this.visit(item);
    if (node.anchor !== undefined) this.#sizes.set(node, size);
    return size;
  }

  #visitPairs(map: MapNode): number {
    let size = 0;
    const seen = new Set<string>();
    for (const { key, value } of map.items) {
      if (seen.has(key.source)) {
        const hint = 'a map may have a key only once: remove one';
        this.#faults.add(
          key.range[0],
          `duplicate key ${quoteKey(key.source) ?? ''}`.trimEnd(),
          hint,
        );
      }
      seen.add(key.source);
      size += this.visit(key) + this.visit(value);
    }
    return size;
  }

  #follow(alias: AliasNode): number {
    const [offset] = alias.range;
    const target = this.#anchors.get(alias.source);
    const size = target && this.#sizes.get(target);
    if (!target || size === undefined) {
      const hint = 'a text that begins with * needs quotes';
      const problem = target ? 'that contains itself' : 'without an anchor above it';
      this.#faults.add(offset, `an alias (*…) ${problem}`, hint);
      return 1;
    }
    this.targets.set(alias, target);
    if (this.overflows) return size;
    this.#aliased += size;
    if (this.overflows) {
      const hint = 'write out the text itself; a manifest needs few aliases';
      this.#faults.add(offset, 'the aliases up to here expand to too much', hint);
    }
    return size;
  }

  /** An escape can write half of a character, which other programs cannot read. */
  #checkCharacters({ source, range: [offset] }: ScalarNode): void {
    if (!/[\uD800-\uDFFF]/u.test(source)) return;
    const hint = 'write the character itself, or all of it: "\\U0001F511", "\\ud83d\\udd11"';
    this.#faults.add(offset, 'an escape for half a character', hint);
  }

  #checkTag(node: Exclude<Node, AliasNode>): void {
    if (PLAIN_TAGS.has(node.tag)) return;
    const hint = 'remove the tag; a text that begins with ! needs quotes';
    this.#faults.add(node.range[0], 'a YAML tag (!…), which a manifest cannot contain', hint);
  }
}
