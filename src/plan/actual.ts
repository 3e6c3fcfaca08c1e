import pMap from 'p-map';
import type { ObjectStore } from '../aws/objects.ts';
import type { ParameterMetadata, ParameterStore } from '../aws/parameters.ts';
import type { Tags } from '../manifest/model.ts';
import { stateOf, type ObjectState } from '../transfer/expected.ts';
import type { Actual, ActualState, Desired } from './model.ts';

/**
 * Reads what is in AWS for one manifest; everything that can runs in parallel. A call that fails
 * fails it all: a plan made of a partial state would be wrong.
 * @param options.open whether secrets may be opened; those that SSM holds have no value otherwise
 */
export async function readActualState(
  path: string,
  wanted: Promise<readonly Desired[]>,
  names: readonly string[],
  services: {
    parameters: ParameterStore;
    objects: () => Promise<ObjectStore>;
    /** The ARN behind the name of a KMS key; `undefined` when there is no such key. */
    keyArn: (keyId: string) => Promise<string | undefined>;
    concurrency: number;
  },
  options: { pruneTags: boolean; open: boolean },
): Promise<ActualState> {
  const { parameters } = services;
  const describing = parameters.describePath(path);
  const [metadata, values, objects, tagged] = await Promise.all([
    describing,
    parameters.getMany(names, options.open),
    wanted.then((desired) => readObjects(desired, services)),
    wanted.then((desired) => readTagged(path, desired, services)),
  ]);
  const valueOf = (name: string) => {
    const stored = values.get(name);
    return stored?.type === 'SecureString' && !options.open ? undefined : stored?.value;
  };
  const found = new Map(metadata.map((item) => [item.name, toActual(item, valueOf(item.name))]));
  const untold = (await wanted).filter(
    ({ name, tags }) =>
      found.has(name) && (options.pruneTags || (Object.keys(tags).length > 0 && !tagged.has(name))),
  );
  return { parameters: found, objects, tags: await readTags(untold, services) };
}

function toActual(metadata: ParameterMetadata, value: string | undefined): Actual {
  const { modified: _, ...rest } = metadata;
  return { ...rest, value };
}

async function readObjects(
  desired: readonly Desired[],
  services: {
    objects: () => Promise<ObjectStore>;
    keyArn: (keyId: string) => Promise<string | undefined>;
    concurrency: number;
  },
): Promise<Map<string, ObjectState>> {
  const states = await pMap(
    desired,
    async ({ name, object }) => {
      if (!object) return [];
      const store = await services.objects();
      const [found, keyArn] = await Promise.all([
        store.head(object.bucket, object.key),
        services.keyArn(object.kmskey),
      ]);
      return [[name, stateOf(found, { ...object, keyArn, parameter: name })] as const];
    },
    { concurrency: services.concurrency },
  );
  return new Map(states.flat());
}

/**
 * The names whose wanted tags are all there: one filtered query for each distinct set of tags,
 * instead of one call for each parameter.
 */
async function readTagged(
  path: string,
  desired: readonly Desired[],
  services: { parameters: ParameterStore; concurrency: number },
): Promise<Set<string>> {
  const sets = new Map<string, { tags: Tags; names: Set<string> }>();
  for (const { name, tags } of desired) {
    // SSM has no filter for an empty value.
    if (Object.keys(tags).length === 0 || Object.values(tags).includes('')) continue;
    const key = JSON.stringify(Object.entries(tags).toSorted(([a], [b]) => (a < b ? -1 : 1)));
    const set = sets.get(key) ?? { tags, names: new Set() };
    sets.set(key, set);
    set.names.add(name);
  }
  const found = await pMap(
    sets.values(),
    async ({ tags, names }) => {
      const tagged = await services.parameters.describePath(path, tags);
      return tagged.filter(({ name }) => names.has(name)).map(({ name }) => name);
    },
    { concurrency: services.concurrency },
  );
  return new Set(found.flat());
}

async function readTags(
  desired: readonly Desired[],
  services: { parameters: ParameterStore; concurrency: number },
): Promise<Map<string, Tags>> {
  const tags = await pMap(
    desired,
    async ({ name }) => [name, await services.parameters.tags(name)] as const,
    { concurrency: services.concurrency },
  );
  return new Map(tags);
}
