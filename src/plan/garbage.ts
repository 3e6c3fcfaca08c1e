import pMap from 'p-map';
import type { ObjectStore, StoredObject, StoredUpload } from '../aws/objects.ts';
import type { ParameterStore } from '../aws/parameters.ts';
import { parsePointer } from '../crypto/pointer.ts';
import { CofferError } from '../errors.ts';
import { PARAMETER_METADATA } from '../transfer/publish.ts';

/** What nothing points to. */
export interface Garbage {
  objects: StoredObject[];
  /** Uploads that were begun and never finished. */
  uploads: StoredUpload[];
}

/** What coffer and s3-kms-ssm-secrets call their objects; others under the prefix are not ours. */
const OURS = /(?:^|\/)[0-9a-f]{64}(?:\.[\w.-]+)?$/;

/**
 * Objects and unfinished uploads under a manifest's path that no version of a parameter points to,
 * neither now nor in SSM's history.
 * @param keep keys that the manifest names, published or not
 * @param before only what is older: a younger object may still be waiting for its pointer
 */
export async function findGarbage(
  place: { path: string; bucket: string; keep: ReadonlySet<string>; before: Date },
  services: { parameters: ParameterStore; objects: ObjectStore; concurrency: number },
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
    (object) => OURS.test(object.key) && isOld(object) && !keep.has(object.key),
  );
  const uploads = begun.filter((upload) => OURS.test(upload.key) && isOld(upload));
  if (candidates.length === 0) return { objects: [], uploads };

  const named = new Set(described.map(({ name }) => name));
  const pointed = await pointedKeys([...named], bucket, parameters, concurrency);
  const unpointed = candidates.filter(({ key }) => !pointed.has(key));
  // put may have given an object under this path a parameter elsewhere.
  const owners = await pMap(
    unpointed,
    async ({ key }) => (await objects.head(bucket, key))?.metadata[PARAMETER_METADATA] ?? '',
    { concurrency },
  );
  const others = new Set(owners.filter((owner) => owner !== '' && !named.has(owner)));
  const elsewhere = await pointedKeys([...others], bucket, parameters, concurrency);
  // The objects of s3-kms-ssm-secrets do not name their parameter, which may be anywhere: they stay.
  const isOrphan = ({ key }: StoredObject, i: number) => owners[i] !== '' && !elsewhere.has(key);
  return { objects: unpointed.filter(isOrphan), uploads };
}

/** A parameter that is gone points to nothing. */
async function historyOf(name: string, parameters: ParameterStore) {
  try {
    return await parameters.history(name);
  } catch (error) {
    if (error instanceof CofferError && error.code === 'not-found') return [];
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
  const pointers = histories
    .flat()
    .map(({ type, value }) => (type === 'String' ? parsePointer(value) : undefined));
  return new Set(pointers.flatMap((pointer) => (pointer?.bucket === bucket ? [pointer.key] : [])));
}
