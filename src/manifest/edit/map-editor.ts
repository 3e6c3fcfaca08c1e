import { type ParsedNode, isAlias, isScalar } from 'yaml';
import type { Field } from '../yaml/tree.ts';
import type { Lines, Splice } from './lines.ts';
import { type Value, oneLine } from './render.ts';
import { doubleQuoted, isSafePlain } from './write-scalar.ts';

/** Changes to the pairs of one map. Removals have to be told first. */
export interface MapEditor {
  remove(field: Field): void;
  /** Puts another pair in the place of `field`; comments beside it stay. */
  replace(field: Field, key: string, value: Value): void;
  insertAfter(field: Field, key: string, value: Value): void;
  insertBefore(field: Field, key: string, value: Value): void;
  /** Everything that was asked for. */
  splices(): Splice[];
}

/** The value as it stands in the text, be it an alias. */
export function writtenValue({ pair, keyNode }: Field): ParsedNode {
  return pair.value ?? keyNode;
}

export function isCollection(node: ParsedNode): boolean {
  return !isAlias(node) && !isScalar(node);
}

/**
 * Takes away the tag and anchor between a key's colon and its value. They fit the old value
 * only; parsing has made sure that nothing refers to them.
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

/** A text in the quotes that the old value has, or in none if it has none. */
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
