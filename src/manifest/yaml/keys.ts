import { PARAMETER_KEYS, ROWS, TOP_KEYS } from '../fields.ts';
import { nearest } from '../nearest.ts';
import { quote } from './faults.ts';

/** All keys of a manifest, at any depth, except those that people choose. */
const ALL_KEYS: readonly string[] = [
  ...TOP_KEYS,
  ...PARAMETER_KEYS,
  ...ROWS.flatMap(([, { inner = [] }]) => inner),
];

/**
 * Quotes a key for a message if it is a known key or a typo of one. Any other may be part of a
 * secret without quotes, as in `{value: abc,def}`.
 */
export function quoteKey(key: string): string | undefined {
  return nearest(key, ALL_KEYS) === undefined ? undefined : quote(key);
}

/** The hint for an unknown key in a map that may contain the `known` keys. */
export function hintForUnknownKey(key: string, known: readonly string[]): string {
  const guess = nearest(key, known);
  if (guess !== undefined) return `did you mean ${quote(guess)}?`;
  const elsewhere = hintForOtherPlace(key, known);
  return elsewhere ?? `the keys allowed here are ${known.join(', ')}`;
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
