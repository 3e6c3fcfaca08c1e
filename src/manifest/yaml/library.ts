import { isAlias, isMap, isScalar, type ParsedNode } from 'yaml';
import type { Node, Pair, ScalarNode } from './nodes.ts';

/** A node of the YAML library, read without errors, as coffer's own. */
export function fromLibrary(node: ParsedNode): Node {
  const [start, end] = node.range;
  if (isAlias(node)) return { kind: 'alias', source: node.source, range: [start, end] };
  const { anchor, tag } = node;
  if (isScalar(node)) {
    const { type = 'PLAIN', source } = node;
    return { kind: 'scalar', type, source, range: [start, end], anchor, tag };
  }
  const flow = node.flow === true;
  // The library lets a collection in block style end behind the comments after it.
  const range = (last: Node | undefined) => [start, flow ? end : (last?.range[1] ?? end)] as const;
  if (isMap(node)) {
    const items = node.items.map(({ key, value }) => pairOf(key, value));
    return { kind: 'map', flow, items, range: range(items.at(-1)?.value), anchor, tag };
  }
  const items = node.items.map(fromLibrary);
  return { kind: 'seq', flow, items, range: range(items.at(-1)), anchor, tag };
}

function pairOf(keyNode: ParsedNode, value: ParsedNode | null): Pair {
  // The option `stringKeys` guarantees it.
  const key = fromLibrary(keyNode) as ScalarNode;
  if (value) return { key, value: fromLibrary(value) };
  const end = key.range[1];
  // `{key}` has no value.
  return { key, value: { kind: 'scalar', type: 'PLAIN', source: '', range: [end, end] } };
}
