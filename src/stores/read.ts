import pMap from 'p-map';
import type { ObjectStore } from './s3/objects.ts';
import type { ParameterMetadata, StoredParameter } from './parameter.ts';
import type { ParameterStore } from './ssm.ts';
import type { Tags } from '../manifest/model.ts';
import { stateOf, type ObjectState } from './s3/expected.ts';
import type { Actual, ActualState, Desired } from './model.ts';
import type { Patience } from './patience.ts';
import type { ReadRequest } from './port.ts';

/** What reading needs. */
export interface ReadServices {
  parameters: ParameterStore;
  objects: () => Promise<ObjectStore>;
  /** The ARN of a named KMS key; `undefined` if the key does not exist. */
  keyArn: (keyId: string) => Promise<string | undefined>;
  concurrency: number;
  patience: Patience;
}

/**
 * Reads SSM and S3 for one manifest, in parallel where possible. One failed call fails the whole
 * read: a plan made from a partial state would be wrong.
 */
export async function readActualState(
  { path, names, wanted, ...options }: ReadRequest,
  services: ReadServices,
): Promise<ActualState> {
  const { parameters } = services;
  const reading = Promise.all([
    parameters.describePath(path),
    parameters.getMany(names, options.open),
  ]);
  const [{ listed, values }, objects, tagged] = await Promise.all([
    reading.then(async ([described, values]) => {
      // Written in between: both answers must be about one version.
      const newer = described.filter(
        ({ name, version }) => version > (values.get(name)?.version ?? version),
      );
      const read = await parameters.getMany(
        newer.map(({ name }) => name),
        options.open,
      );
      const newest = new Map([...values, ...read]);
      return { values: newest, listed: await catchUp(described, newest, services) };
    }),
    wanted.then((desired) => readObjects(desired, services)),
    wanted.then((desired) => readTagged(path, desired, services)),
  ]);
  const named = new Set(names);
  const found = new Map<string, Actual>();
  // A name without a leading slash is under no path, and a listed parameter may be gone.
  for (const item of listed) {
    if (!item.name.startsWith(path) || named.has(item.name)) continue;
    found.set(item.name, item);
  }
  const metadata = new Map(listed.map((item) => [item.name, item]));
  for (const [name, stored] of values) {
    found.set(name, toNamed(stored, metadata.get(name), options.open));
  }
  const untold = (await wanted).filter(
    ({ name, tags }) =>
      found.has(name) && (options.pruneTags || (Object.keys(tags).length > 0 && !tagged.has(name))),
  );
  return { parameters: found, objects, tags: await readTags(untold, services) };
}

/** GetParameters returns the newest version, even if another one is listed. */
function toNamed(
  { name, type, value, version }: StoredParameter,
  listed: ParameterMetadata | undefined,
  open: boolean,
): Actual {
  const newest = {
    name,
    type,
    version,
    value: type === 'SecureString' && !open ? undefined : value,
  };
  return listed && listed.version >= version
    ? { ...listed, ...newest }
    : { ...newest, isUnlisted: true };
}

/** How often to ask for versions that SSM does not list yet. */
const LISTING_ATTEMPTS = 3;
const LISTING_PAUSE_MS = 500;

/**
 * SSM lists a write a moment after it happened. Asks by name for parameters listed in an older
 * version than in `values`, until SSM lists them or the waiting has been long enough.
 */
export async function catchUp(
  listed: readonly ParameterMetadata[],
  values: ReadonlyMap<string, StoredParameter>,
  { parameters, patience }: Pick<ReadServices, 'parameters' | 'patience'>,
): Promise<ParameterMetadata[]> {
  const known = new Map(listed.map((item) => [item.name, item]));
  for (let attempt = 1; attempt <= LISTING_ATTEMPTS; attempt++) {
    const behind = [...values.values()].filter(
      ({ name, version }) => (known.get(name)?.version ?? 0) < version,
    );
    if (behind.length === 0) break;
    if (attempt > 1) await patience.sleep(LISTING_PAUSE_MS);
    const names = behind.map(({ name }) => name);
    for (const item of await parameters.describeMany(names)) known.set(item.name, item);
  }
  return [...known.values()];
}

async function readObjects(
  desired: readonly Desired[],
  services: Pick<ReadServices, 'objects' | 'keyArn' | 'concurrency'>,
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
 * The names that have all desired tags: one filtered query for each distinct set of tags,
 * instead of one call for each parameter.
 */
async function readTagged(
  path: string,
  desired: readonly Desired[],
  services: Pick<ReadServices, 'parameters' | 'concurrency'>,
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
  const [key] = [...sets.values()].flatMap(({ tags }) => Object.keys(tags));
  if (key === undefined) return new Set();
  const { parameters, concurrency } = services;
  const [isMinded, found] = await Promise.all([
    parameters.mindsTags(path, key),
    pMap(
      sets.values(),
      async ({ tags, names }) => {
        const tagged = await parameters.describePath(path, tags);
        return tagged.filter(({ name }) => names.has(name)).map(({ name }) => name);
      },
      { concurrency },
    ),
  ]);
  return new Set(isMinded ? found.flat() : []);
}

async function readTags(
  desired: readonly Desired[],
  services: Pick<ReadServices, 'parameters' | 'concurrency'>,
): Promise<Map<string, Tags>> {
  const tags = await pMap(
    desired,
    async ({ name }) => [name, await services.parameters.tags(name)] as const,
    { concurrency: services.concurrency },
  );
  return new Map(tags);
}
