import { type Node, isAlias, isScalar } from '../yaml/nodes.ts';
import type { Field } from '../yaml/tree.ts';
import type { Lines, Splice } from './lines.ts';
import { type Value, oneLine } from './render.ts';
import { doubleQuoted, isSafePlain } from './write-scalar.ts';

/** Edits of the pairs of one map. Call the removals first. */
export interface MapEditor {
  remove(field: Field): void;
  /** Replaces the pair of `field`; comments beside it stay. */
  replace(field: Field, key: string, value: Value): void;
  insertAfter(field: Field, key: string, value: Value): void;
  insertBefore(field: Field, key: string, value: Value): void;
  /** The splices of all edits. */
  splices(): Splice[];
}

/** The value as written, which may be an alias. */
export function writtenValue({ pair }: Field): Node {
  return pair.value;
}

export function isCollection(node: Node): boolean {
  return !isAlias(node) && !isScalar(node);
}

/**
 * Removes the tag and anchor between a key's colon and its value. They fit only the old value, and
 * the parser has checked that nothing refers to them.
 */
export function removeProperties(lines: Lines, from: number, to: number): Splice[] {
  const between = lines.text.slice(from, to);
  return [...between.matchAll(/#[^\n]*|[ \t]+[&!][^\s,{}[\]]*/g)]
    .filter(([match]) => !match.startsWith('#'))
    .map(({ 0: match, index }) => ({
      start: from + index,
      end: from + index + match.length,
      replacement: '',
    }));
}

/** A text with the same quotes as the old value. */
export function sameStyle(field: Field | undefined, text: string): Value {
  const old = field && writtenValue(field);
  const type = old && isScalar(old) ? old.type : undefined;
  if (type === 'QUOTE_DOUBLE') return () => ({ inline: doubleQuoted(text), below: [] });
  if (!isSafePlain(text) || /[,[\]{}]/.test(text)) return oneLine(text);
  if (type === 'QUOTE_SINGLE' && !text.includes("'")) {
    return () => ({ inline: `'${text}'`, below: [] });
  }
  if (type === 'PLAIN') return () => ({ inline: text, below: [] });
  return oneLine(text);
}
