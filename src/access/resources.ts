import type { BucketNeed, KeyNeed, Needs } from './bootstrap/needs.ts';
import { CofferError } from '../errors.ts';

/** What is to be made, each with an identifier of its own in some language. */
export interface Resources {
  keys: { need: KeyNeed; id: string }[];
  buckets: { need: BucketNeed; id: string }[];
  /** Keys that are not made, because manifests name the very key and not an alias. */
  existing: string[];
}

/** @throws CofferError `usage` when there is nothing to be made. */
export function nameResources(needs: Needs, toIdentifier: (name: string) => string): Resources {
  const made = needs.keys.filter(({ canBeMade }) => canBeMade);
  const existing = needs.keys.filter(({ canBeMade }) => !canBeMade).map(({ id }) => id);
  if (made.length + needs.buckets.length === 0) {
    throw new CofferError('usage', 'there is nothing to make: no bucket, and keys that exist', {
      hint: 'keys are made for an alias, as in "kmskey: alias/NAME"',
    });
  }
  const keyIds = distinct(made.map(({ id }) => toIdentifier(id.replace(/^alias\//, ''))));
  const bucketIds = distinct(needs.buckets.map(({ name }) => toIdentifier(name)));
  return {
    keys: made.map((need, i) => ({ need, id: keyIds[i] ?? '' })),
    buckets: needs.buckets.map((need, i) => ({ need, id: bucketIds[i] ?? '' })),
    existing,
  };
}

/** The same with a number behind those that occurred before. */
function distinct(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let free = name;
    for (let n = 2; taken.has(free); n++) free = `${name}${n}`;
    taken.add(free);
    return free;
  });
}
