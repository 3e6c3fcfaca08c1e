import pMap from 'p-map';
import { lotsOf } from './paging.ts';
import type { ObjectStore, StoredObject, StoredUpload } from './s3/objects.ts';
import type { ParameterStore } from './ssm.ts';
import { digestOf, pointerOf } from '../crypto/pointer.ts';
import { CofferError, isFailure } from '../errors.ts';
import { HINTS } from './s3/expected.ts';

/** The limit of one DeleteObjects call. */
export const OBJECTS_A_CALL = 1000;

/** An object that nothing points to. */
export interface Orphan extends StoredObject {
  /** The full name of the parameter that it was written for. */
  owner: string;
}

/** Everything that nothing points to. */
export interface Garbage {
  objects: Orphan[];
  /** Unfinished uploads. */
  uploads: StoredUpload[];
}

interface Services {
  parameters: ParameterStore;
  objects: ObjectStore;
  concurrency: number;
}

/**
 * Objects and unfinished uploads under a manifest's path that no version of a parameter names,
 * now or in SSM's history.
 * @param keep keys that the manifest names, published or not
 * @param before only older ones: a younger object may not have its pointer yet
 */
export async function findGarbage(
  place: { path: string; bucket: string; keep: ReadonlySet<string>; before: Date },
  services: Services,
): Promise<Garbage> {
  const { path, bucket, keep, before } = place;
  const { parameters, objects, concurrency } = services;
  const prefix = path.replace(/^\/+/, '');
  const [listed, begun, described] = await Promise.all([
    objects.list(bucket, prefix),
    objects.listUploads(bucket, prefix),
    parameters.describePath(path),
  ]);
  const isOld = ({ modified }: { modified: Date }) => modified < before;
  const candidates = listed.filter(
    (object) => isOurs(object) && isOld(object) && !keep.has(object.key),
  );
  const uploads = begun.filter((upload) => isOurs(upload) && isOld(upload));
  if (candidates.length === 0) return { objects: [], uploads };

  const named = new Set(described.map(({ name }) => name));
  const pointed = await pointedKeys([...named], bucket, parameters, concurrency);
  const unpointed = candidates.filter(({ key }) => !pointed.has(key));
  // coffer put may have given an object here a parameter under another path.
  const owned = await pMap(
    unpointed,
    async (object) => {
      const owner = (await objects.head(bucket, object.key))?.metadata[HINTS.parameter];
      // Objects of s3-kms-ssm-secrets do not name their parameter, so it cannot be checked.
      return owner ? [{ ...object, owner }] : [];
    },
    { concurrency },
  );
  const elsewhere = owned.flat().filter(({ owner }) => !named.has(owner));
  const used = await pointersTo(elsewhere, bucket, services);
  return { objects: owned.flat().filter(({ key }) => !used.has(key)), uploads };
}

/** Whether coffer or s3-kms-ssm-secrets named it; other objects are kept. */
function isOurs({ key }: { key: string }): boolean {
  return digestOf(key) !== undefined;
}

/**
 * Deletes the given garbage from a bucket, except objects that something points to by now.
 * @param signal once aborted, nothing more is deleted
 * @returns the deleted objects
 * @throws CofferError `conflict` for objects that got a pointer while they were deleted
 */
export async function deleteOrphans(
  orphans: readonly Orphan[],
  bucket: string,
  services: Services,
  signal?: AbortSignal,
): Promise<Orphan[]> {
  const { objects } = services;
  const deleted: Orphan[] = [];
  for (const lot of lotsOf(orphans, OBJECTS_A_CALL)) {
    if (signal?.aborted) break;
    const used = await pointersTo(lot, bucket, services);
    const unused = lot.filter(({ key }) => !used.has(key));
    const keys = unused.map(({ key }) => key);
    if (keys.length > 0) await objects.deleteBatch(bucket, keys);
    deleted.push(...unused);
  }
  // A sync that saw its object before the deletion has written its pointer by now.
  const used = await pointersTo(deleted, bucket, services);
  const lost = await pMap(
    deleted.filter(({ key }) => used.has(key)),
    async ({ key, owner }) => ((await objects.head(bucket, key)) ? [] : [owner]),
  );
  const [first] = lost.flat();
  if (first === undefined) return deleted;
  throw new CofferError(
    'conflict',
    `another process made ${first} point to an object while gc deleted it: ${lost.flat().length} such objects are gone`,
    { hint: 'run coffer sync to write them again' },
  );
}

/** Those of the objects that any version of their parameters points to. */
async function pointersTo(
  orphans: readonly Orphan[],
  bucket: string,
  { parameters, concurrency }: Services,
): Promise<Set<string>> {
  const owners = [...new Set(orphans.map(({ owner }) => owner))];
  return pointedKeys(owners, bucket, parameters, concurrency);
}

/** A deleted parameter points to nothing. */
async function historyOf(name: string, parameters: ParameterStore) {
  try {
    return await parameters.history(name);
  } catch (error) {
    if (isFailure(error, 'not-found')) return [];
    throw error;
  }
}

/** The keys in `bucket` that any version of these parameters points to. */
async function pointedKeys(
  names: readonly string[],
  bucket: string,
  parameters: ParameterStore,
  concurrency: number,
): Promise<Set<string>> {
  const histories = await pMap(names, (name) => historyOf(name, parameters), { concurrency });
  const pointers = histories.flat().map(pointerOf);
  return new Set(pointers.flatMap((pointer) => (pointer?.bucket === bucket ? [pointer.key] : [])));
}
