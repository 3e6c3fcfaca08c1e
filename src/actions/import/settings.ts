import type { Tags } from '../../manifest/index.ts';
import { bareKey } from '../../plan/plan.ts';
import type { Found } from './found.ts';

/** The settings at the top of a new manifest. */
export interface Settings {
  /** The tags that all parameters share. */
  tags: Tags;
  /** The key that most secrets and objects use. */
  kmskey: string | undefined;
  /** The bucket that most pointers name. */
  bucket: string | undefined;
}

/** What settings follow from. */
type Described = Pick<Found, 'name' | 'tags' | 'kmskey' | 'pointer'>;

export function settingsOf(found: readonly Described[]): Settings {
  return {
    tags: commonTags(found),
    kmskey: mostFrequentKey(found),
    bucket: mostFrequent(found.flatMap(({ pointer }) => (pointer ? [pointer.bucket] : []))),
  };
}

/** Names of secrets and objects that use another key. */
export function underOtherKeys(found: readonly Described[], kmskey: string | undefined): string[] {
  return found
    .filter((item) => item.kmskey && bareKey(item.kmskey) !== bareKey(kmskey ?? ''))
    .map(({ name }) => name);
}

function commonTags(found: readonly Described[]): Tags {
  const [first, ...others] = found;
  return Object.fromEntries(
    Object.entries(first?.tags ?? {}).filter(([key, value]) =>
      others.every(({ tags }) => tags[key] === value),
    ),
  );
}

/** One key may appear as an alias, an id, and the ARN of either. */
function mostFrequentKey(found: readonly Described[]): string | undefined {
  const keys = found.flatMap(({ kmskey }) => (kmskey ? [kmskey] : []));
  const bare = mostFrequent(keys.map(bareKey));
  return keys.find((key) => bareKey(key) === bare);
}

function mostFrequent(items: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0];
}
