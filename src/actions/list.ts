import pMap from 'p-map';
import { TAG_BYTES } from '../crypto/object-v3.ts';
import { pointerOf } from '../crypto/pointer.ts';
import { isFailure } from '../errors.ts';
import { entriesOf } from '../manifest/entries.ts';
import { ageOf, dayOf, type Age } from '../manifest/age.ts';
import type { StoreName } from '../manifest/model.ts';
import { isSecretType, type ListedValue, type StoredValue } from '../stores/parameter.ts';
import type { ValueReader } from '../stores/port.ts';
import { nothingIn, placesOf, type Place } from './places.ts';
import { readerFor } from './stores.ts';
import type { Tools } from './tools.ts';

/** A parameter or secret in AWS, without its value. */
export interface ListedParameter extends ListedValue {
  region: string | undefined;
  /** Bytes of the value, or of the object it points to; unknown without the right to decrypt it. */
  size: number | undefined;
  /** URL of the object that holds the value. */
  pointer: string | undefined;
  /** Where it is, if that is not SSM. */
  store: StoreName | undefined;
  /** How old it is, if a manifest says so; of several values in one secret, the one due first. */
  age?: Age | undefined;
}

/**
 * Lists what a store holds under paths, by name, in a manifest or not; for a manifest, in all of its
 * regions.
 * @param filesOrPaths manifests, for their paths, and paths such as `/app/`
 * @param options.store that of the paths. Default: SSM
 */
export async function list(
  tools: Tools,
  filesOrPaths: readonly string[],
  options: { store?: StoreName | undefined } = {},
): Promise<ListedParameter[]> {
  // Paths may overlap; a parameter is listed once.
  const found = new Map<string, ListedParameter>();
  const places = await placesOf(tools, filesOrPaths, options);
  const everywhere = places.flatMap((place) =>
    (place.manifest?.regions ?? [place.region]).map((region) => ({ ...place, region })),
  );
  const today = dayOf(new Date());
  for (const place of everywhere) {
    const ages = agesIn(place, today);
    const listed = await listPlace(tools, place);
    if (listed.length === 0) tools.host.note(nothingIn(place));
    for (const item of listed) {
      found.set(`${item.name} ${item.region} ${item.store}`, { ...item, age: ages.get(item.name) });
    }
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
}

/** By name in the store; a secret that holds several values has the age of the one due first. */
function agesIn({ manifest }: Place, today: string): Map<string, Age | undefined> {
  if (!manifest) return new Map();
  return new Map(
    entriesOf(manifest).map(({ name, parameters }) => {
      const ages = parameters.flatMap((one) => ageOf(manifest, one, today) ?? []);
      return [name, dueFirst(ages, today)] as const;
    }),
  );
}

/** One of unknown age comes after those that are overdue; one without a limit comes last. */
function dueFirst(ages: readonly Age[], today: string): Age | undefined {
  const dueOf = ({ due, state }: Age) => due ?? (state === 'unknown' ? today : 'never');
  const [first] = ages.toSorted((one, other) => dueOf(one).localeCompare(dueOf(other)));
  return first;
}

async function listPlace(tools: Tools, place: Place): Promise<ListedParameter[]> {
  const reader = await readerFor(tools, place);
  const { path, manifest } = place;
  // One secret that holds all values need not be under the path.
  const one = manifest?.secret;
  const found = (await reader.list(one ?? path)).filter(({ name }) => (one ?? name) === name);
  const values = reader.tellsSizes ? await readValues(reader, found) : new Map<string, never>();
  return pMap(found, (item) => describe(tools, place, item, values), {
    concurrency: tools.concurrency,
  });
}

async function readValues(reader: ValueReader, found: readonly ListedValue[]) {
  const names = found.map(({ name }) => name);
  try {
    return await reader.getMany(names);
  } catch (error) {
    if (!isFailure(error, 'denied')) throw error;
    // Without the right to decrypt, everything else is still readable, pointers included.
    const open = found.filter(({ type }) => !isSecretType(type)).map(({ name }) => name);
    return reader.getMany(open);
  }
}

async function describe(
  { stores }: Tools,
  { region, store: where }: Place,
  listed: ListedValue,
  values: ReadonlyMap<string, StoredValue>,
): Promise<ListedParameter> {
  const store = where === 'ssm' ? undefined : where;
  // SSM may still list the previous version.
  const { value, type, version } = values.get(listed.name) ?? { ...listed, value: undefined };
  const item = { ...listed, type, version };
  const pointer = pointerOf({ type, value });
  if (!pointer) {
    const size = value === undefined ? undefined : Buffer.byteLength(value);
    return { ...item, region, store, size, pointer: undefined };
  }
  const objects = await stores.objects(region);
  const info = await objects.head(pointer.bucket, pointer.key);
  return { ...item, region, store, size: info && info.size - TAG_BYTES, pointer: value };
}
