import { requestTags, tagKeys } from '../iam/facts.ts';
import type { Fields } from '../json/fields.ts';
import type { Handlers } from '../json/service.ts';
import { changeable, invalidParameter, namedTags } from './lookup.ts';
import type { SecretStore, Tag } from './model.ts';
import { saveWithReplicas } from './replicas.ts';

const MAX_TAGS = 50;

export const tagHandlers: Handlers<SecretStore> = {
  TagResource(store, input, call) {
    const added = readTags(input);
    const asked = requestTags(namedTags(added));
    const secret = changeable(store, input, call, 'TagResource', asked);
    const merged = new Map([...secret.tags, ...added].map((tag) => [tag.Key, tag]));
    const tags = limited([...merged.values()]);
    saveWithReplicas(store, call, { ...secret, tags, changedAt: call.now });
    return undefined;
  },

  UntagResource(store, input, call) {
    const names = input.texts('TagKeys', { min: 0, max: 200 }, { min: 1, max: 128 });
    const secret = changeable(store, input, call, 'UntagResource', tagKeys(names));
    const tags = secret.tags.filter((tag) => !names.includes(tag.Key));
    saveWithReplicas(store, call, { ...secret, tags, changedAt: call.now });
    return undefined;
  },
};

export function readTags(input: Fields): Tag[] {
  const tags = input.objects('Tags', { min: 0, max: 200 }).map((tag) => ({
    Key: tag.text('Key', { min: 1, max: 128 }),
    Value: tag.text('Value', { max: 256 }),
  }));
  if (tags.some((tag) => /^aws:/i.test(tag.Key))) {
    throw invalidParameter('Tag keys that start with aws: are reserved.');
  }
  if (new Set(tags.map((tag) => tag.Key)).size < tags.length) {
    throw invalidParameter('Tag keys must be unique.');
  }
  return limited(tags);
}

function limited(tags: Tag[]): Tag[] {
  if (tags.length <= MAX_TAGS) return tags;
  throw invalidParameter(`A secret can have at most ${MAX_TAGS} tags.`);
}
