import type { Call } from '../access.ts';
import { requestTags, tagKeys, type Facts } from '../iam/facts.ts';
import type { Fields } from '../json/fields.ts';
import type { Handlers } from '../json/service.ts';
import { invalid, Refusal } from '../refusal.ts';
import { namedTags, permitted } from './model.ts';
import type { Parameter, ParameterStore, Tag } from './model.ts';

const MAX_TAGS = 50;
const CHARACTERS = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

export const tagHandlers: Handlers<ParameterStore> = {
  AddTagsToResource(store, input, call) {
    const added = readTags(input);
    const parameter = resource(
      store,
      input,
      call,
      'ssm:AddTagsToResource',
      requestTags(namedTags(added)),
    );
    const merged = new Map([...parameter.tags, ...added].map((tag) => [tag.Key, tag]));
    store.save({ ...parameter, tags: limited([...merged.values()]) });
    return {};
  },

  RemoveTagsFromResource(store, input, call) {
    const names = new Set(input.texts('TagKeys', { min: 0, max: Infinity }, { min: 1, max: 128 }));
    const parameter = resource(
      store,
      input,
      call,
      'ssm:RemoveTagsFromResource',
      tagKeys([...names]),
    );
    store.save({ ...parameter, tags: parameter.tags.filter((tag) => !names.has(tag.Key)) });
    return {};
  },

  ListTagsForResource(store, input, call) {
    return { TagList: resource(store, input, call, 'ssm:ListTagsForResource').tags };
  },
};

export function readTags(input: Fields): Tag[] {
  const tags = input.objects('Tags', { min: 0, max: 1000 }).map((tag) => ({
    Key: tag.text('Key', { min: 1, max: 128, pattern: CHARACTERS }),
    Value: tag.text('Value', { max: 256, pattern: CHARACTERS }),
  }));
  if (tags.some((tag) => /^aws:/i.test(tag.Key))) {
    throw invalid(
      'Tag keys that start with "aws:" are reserved: aws: prefixed tag key names are not allowed for external use.',
    );
  }
  if (new Set(tags.map((tag) => tag.Key)).size < tags.length) {
    throw invalid('Duplicate tag keys are not allowed in one request.');
  }
  return limited(tags);
}

function limited(tags: Tag[]): Tag[] {
  if (tags.length > MAX_TAGS) {
    throw new Refusal(
      'TooManyTagsError',
      `The Targets parameter includes too many tags. A resource can have a maximum of ${MAX_TAGS} tags.`,
    );
  }
  return tags;
}

function resource(
  store: ParameterStore,
  input: Fields,
  call: Call,
  action: string,
  tags: Facts = {},
): Parameter {
  const type = input.text('ResourceType');
  if (type !== 'Parameter') {
    throw new Refusal(
      'InvalidResourceType',
      `The sandbox does not support resources of type ${type}.`,
    );
  }
  const id = input.text('ResourceId', { min: 1, max: 2048 });
  const parameter = permitted(store, call, action, id, tags);
  if (parameter === undefined)
    throw new Refusal('InvalidResourceId', 'The resource ID is not valid.');
  return parameter;
}
