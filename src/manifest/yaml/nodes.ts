/**
 * The nodes of a manifest's YAML, as far as coffer reads them: without comments, which it reads in
 * the text. Both readers build these.
 */
export type Node = Resolved | AliasNode;

/** All but aliases. */
export type Resolved = ScalarNode | MapNode | SeqNode;

interface Placed {
  /**
   * Offsets of the start and the end in the text. A list or map in block style ends with its last
   * part; a block scalar, at the start of the next line.
   */
  range: readonly [start: number, end: number];
}

interface Properties extends Placed {
  anchor?: string | undefined;
  /** Resolved, such as `tag:yaml.org,2002:str`. */
  tag?: string | undefined;
}

export interface ScalarNode extends Properties {
  kind: 'scalar';
  type: 'PLAIN' | 'QUOTE_SINGLE' | 'QUOTE_DOUBLE' | 'BLOCK_LITERAL' | 'BLOCK_FOLDED';
  /** The text that is meant: without quotes, escapes and indentation. */
  source: string;
}

export interface Pair {
  key: ScalarNode;
  /** An empty plain scalar if nothing is written. */
  value: Node;
}

export interface MapNode extends Properties {
  kind: 'map';
  /** Whether it is in braces. */
  flow: boolean;
  items: readonly Pair[];
}

export interface SeqNode extends Properties {
  kind: 'seq';
  /** Whether it is in brackets. */
  flow: boolean;
  items: readonly Node[];
}

export interface AliasNode extends Placed {
  kind: 'alias';
  /** The name of the anchor. */
  source: string;
}

export function isScalar(node: Node | undefined): node is ScalarNode {
  return node?.kind === 'scalar';
}

export function isMap(node: Node | undefined): node is MapNode {
  return node?.kind === 'map';
}

export function isSeq(node: Node | undefined): node is SeqNode {
  return node?.kind === 'seq';
}

export function isAlias(node: Node | undefined): node is AliasNode {
  return node?.kind === 'alias';
}
