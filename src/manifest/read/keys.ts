import { quote } from '../yaml/faults.ts';
import { nearest } from './nearest.ts';

/** The keys of a manifest, as in the schema. */
export const TOP_KEYS: readonly string[] = [
  'path',
  'region',
  'kmskey',
  'bucket',
  'tags',
  'encrypted_with',
  'data_keys',
  'parameters',
];

/** The keys of one parameter, as in the schema. */
export const PARAMETER_KEYS: readonly string[] = [
  'name',
  'description',
  'type',
  'value',
  'file',
  'generate',
  'blob',
  'tier',
  'store',
  'encoding',
  'extension',
  'allowed_pattern',
  'data_type',
  'tags',
];

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
