import { PARAMETER_KEYS, ROWS, TOP_KEYS } from '../fields.ts';
import { nearest } from '../nearest.ts';
import { quote } from './faults.ts';

/** All keys of a manifest, at whatever depth, but for those that people choose. */
const ALL_KEYS: readonly string[] = [
  ...TOP_KEYS,
  ...PARAMETER_KEYS,
  ...ROWS.flatMap(([, { inner = [] }]) => inner),
];

/**
 * A key as a message may show it, in quotes: one that a manifest knows, or a slip of it. Any other
 * may be a part of a secret that lacks its quotes, as in `{value: abc,def}`.
 */
export function quoteKey(key: string): string | undefined {
  return nearest(key, ALL_KEYS) === undefined ? undefined : quote(key);
}

/** How to mend an unknown key in a map that may hold the `known` ones. */
export function hintForUnknownKey(key: string, known: readonly string[]): string {
  const guess = nearest(key, known);
  if (guess !== undefined) return `did you mean ${quote(guess)}?`;
  const elsewhere = hintForOtherPlace(key, known);
  return elsewhere ?? `the keys that can stand here are ${known.join(', ')}`;
}

function hintForOtherPlace(key: string, known: readonly string[]): string | undefined {
  const top = nearest(key, TOP_KEYS);
  if (top !== undefined && !known.includes('path')) {
    return `${quote(top)} belongs at the top of the manifest, beside "path"`;
  }
  const parameter = nearest(key, PARAMETER_KEYS);
  if (parameter !== undefined && !known.includes('name')) {
    return `${quote(parameter)} belongs to a parameter, below "parameters"`;
  }
  return undefined;
}
