import type { Fields } from '../json/fields.ts';
import type { Secret } from './model.ts';

const KEYS = [
  'description',
  'name',
  'tag-key',
  'tag-value',
  'primary-region',
  'owning-service',
  'all',
] as const;

type Key = (typeof KEYS)[number];

/** `Filters` as a predicate: all filters must hold, each by one of its values. */
export function readFilters(input: Fields): (secret: Secret) => boolean {
  const filters = input.objects('Filters', { min: 0, max: 10 }).map((filter) => ({
    key: filter.text('Key', { oneOf: KEYS }) as Key,
    values: filter.texts('Values', { min: 1, max: 10 }, { min: 1, max: 512 }),
  }));
  return (secret) => filters.every(({ key, values }) => holds(secret, key, values));
}

/** A value that begins with `!` excludes what matches the rest. */
function holds(secret: Secret, key: Key, values: readonly string[]): boolean {
  const excluded = values.filter((value) => value.startsWith('!'));
  if (excluded.some((value) => matches(secret, key, value.slice(1)))) return false;
  const wanted = values.filter((value) => !value.startsWith('!'));
  return wanted.length === 0 || wanted.some((value) => matches(secret, key, value));
}

/** All are prefixes, but `all`, which finds words anywhere. Descriptions ignore letter case. */
function matches(secret: Secret, key: Key, value: string): boolean {
  if (key !== 'all') {
    const fold = (text: string) => (key === 'description' ? text.toLowerCase() : text);
    return attributes(secret, key).some((text) => fold(text).startsWith(fold(value)));
  }
  const texts = KEYS.flatMap((each) => attributes(secret, each)).map((text) => text.toLowerCase());
  return value
    .toLowerCase()
    .split(/\s+/)
    .some((word) => texts.some((text) => text.includes(word)));
}

function attributes(secret: Secret, key: Key): string[] {
  switch (key) {
    case 'name':
      return [secret.name];
    case 'description':
      return secret.description === undefined ? [] : [secret.description];
    case 'tag-key':
      return secret.tags.map((tag) => tag.Key);
    case 'tag-value':
      return secret.tags.map((tag) => tag.Value);
    case 'primary-region':
      return secret.primaryRegion === undefined ? [] : [secret.primaryRegion];
    case 'owning-service':
    case 'all':
      return [];
  }
}
