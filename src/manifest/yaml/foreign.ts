import { nearest } from '../nearest.ts';
import type { Faults } from './faults.ts';

/** Keys of a manifest that hardly another file has. */
const OWN_KEYS = ['path', 'region', 'regions', 'kmskey', 'encrypted_with', 'parameters'];

/** How YAML files begin, after comments: with a key, a map in braces, or a directive. */
const BEGINNING = /^(?:\{|%YAML|---(?:\s|$)|["']?[\w./-]+["']?\s*:(?:\s|$))/;
const OWN_WORD = new RegExp(`^["']?(?:${OWN_KEYS.join('|')})\\b`);

/**
 * Whether a text that is no YAML was never meant as such, as a README: then its many faults say
 * nothing.
 */
export function isOtherText(text: string): boolean {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  const first = lines.find((line) => line.trim() !== '' && !line.startsWith('#')) ?? '';
  return !BEGINNING.test(first) && !OWN_WORD.test(first);
}

/** Whether a map is that of another kind of file: it has no key of a manifest, not even misspelt. */
export function isOtherMap(keys: Iterable<string>): boolean {
  return [...keys].every((key) => nearest(key, OWN_KEYS) === undefined);
}

/** Reports that instead of all other faults. */
export function refuseOther(faults: Faults, offset: number, why: string): void {
  faults.clear();
  faults.add(
    offset,
    `this is not a manifest: ${why}`,
    'a manifest begins with "path: /…/", "region: …" and "parameters:"; is it the right file?',
  );
}
