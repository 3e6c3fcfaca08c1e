import type { Tags } from '../../manifest/index.ts';
import { bareKey } from '../../plan/plan.ts';
import type { Found } from './found.ts';

/** What stands above the parameters of a new manifest. */
export interface Settings {
  /** Those that all parameters have. */
  tags: Tags;
  /** The key of most secrets and objects. */
  kmskey: string | undefined;
  /** The bucket that most pointers name. */
  bucket: string | undefined;
}

export function settingsOf(found: readonly Found[]): Settings {
  return {
    tags: commonTags(found),
    kmskey: mostFrequentKey(found),
    bucket: mostFrequent(found.flatMap(({ pointer }) => (pointer ? [pointer.bucket] : []))),
  };
}

/** Names of secrets and objects that are under another key. */
export function underOtherKeys(found: readonly Found[], kmskey: string | undefined): string[] {
  return found
    .filter((item) => item.kmskey && bareKey(item.kmskey) !== bareKey(kmskey ?? ''))
    .map(({ name }) => name);
}

function commonTags(found: readonly Found[]): Tags {
  const [first, ...others] = found;
  return Object.fromEntries(
    Object.entries(first?.tags ?? {}).filter(([key, value]) =>
      others.every(({ tags }) => tags[key] === value),
    ),
  );
}

/** An alias, an id and their ARNs may all be in use for one key. */
function mostFrequentKey(found: readonly Found[]): string | undefined {
  const keys = found.flatMap(({ kmskey }) => (kmskey ? [kmskey] : []));
  const bare = mostFrequent(keys.map(bareKey));
  return keys.find((key) => bareKey(key) === bare);
}

function mostFrequent(items: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0];
}
