import type { BucketNeed, KeyNeed, Needs } from './bootstrap/needs.ts';
import { CofferError } from '../errors.ts';

/** The resources to create, each with its own identifier. */
export interface Resources {
  keys: { need: KeyNeed; id: string }[];
  buckets: { need: BucketNeed; id: string }[];
  /** Keys not to create, because manifests name the key itself and not an alias. */
  existing: string[];
}

/** @throws CofferError `usage` if there is nothing to create */
export function nameResources(needs: Needs, toIdentifier: (name: string) => string): Resources {
  const made = needs.keys.filter(({ canBeMade }) => canBeMade);
  const existing = needs.keys.filter(({ canBeMade }) => !canBeMade).map(({ id }) => id);
  if (made.length + needs.buckets.length === 0) {
    throw new CofferError(
      'usage',
      'nothing to create: the manifests have no bucket, and name existing keys',
      {
        hint: 'coffer creates keys only for an alias, as in "kmskey: alias/NAME"',
      },
    );
  }
  const keyIds = distinct(made.map(({ id }) => toIdentifier(id.replace(/^alias\//, ''))));
  const bucketIds = distinct(needs.buckets.map(({ name }) => toIdentifier(name)));
  return {
    keys: made.map((need, i) => ({ need, id: keyIds[i] ?? '' })),
    buckets: needs.buckets.map((need, i) => ({ need, id: bucketIds[i] ?? '' })),
    existing,
  };
}

/** Makes names unique by appending numbers. */
function distinct(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let free = name;
    for (let n = 2; taken.has(free); n++) free = `${name}${n}`;
    taken.add(free);
    return free;
  });
}
