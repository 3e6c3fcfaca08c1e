import type { Fields } from '../json/fields.ts';
import { Refusal } from '../refusal.ts';
import type { Tag } from './keyring.ts';

const MAX_TAGS = 50;

/** The `Tags` of a request, with unique keys. */
export function readTags(input: Fields): Tag[] {
  const tags = input.objects('Tags', { min: 0, max: Infinity }).map((tag) => ({
    TagKey: tag.text('TagKey', { min: 1, max: 128 }),
    TagValue: tag.text('TagValue', { max: 256 }),
  }));
  const keys = new Set(tags.map((tag) => tag.TagKey));
  if (keys.size < tags.length) throw new Refusal('TagException', 'Duplicate tag keys');
  if (tags.some((tag) => /^aws:/i.test(tag.TagKey))) {
    throw new Refusal(
      'TagException',
      'aws: prefixed tag key names are not allowed for external use.',
    );
  }
  return limited(tags);
}

/** Tags as conditions see them. */
export function namedTags(tags: readonly Tag[]): [name: string, value: string][] {
  return tags.map(({ TagKey, TagValue }) => [TagKey, TagValue]);
}

/** Applies `changes` to `tags`. */
export function mergeTags(tags: readonly Tag[], changes: readonly Tag[]): Tag[] {
  const merged = new Map([...tags, ...changes].map((tag) => [tag.TagKey, tag]));
  return limited([...merged.values()]);
}

function limited(tags: Tag[]): Tag[] {
  if (tags.length > MAX_TAGS) throw new Refusal('LimitExceededException', 'Too many tags');
  return tags;
}
