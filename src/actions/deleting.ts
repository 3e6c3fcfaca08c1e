import type { Manifest } from '../manifest/model.ts';
import { applyInLots, type Applied } from '../plan/apply.ts';
import { OBJECTS_A_CALL } from '../stores/garbage.ts';
import { lotsOf } from '../stores/paging.ts';
import { PATIENT } from '../stores/patience.ts';
import { storeFor, type StoreOptions } from './stores.ts';
import type { Tools } from './tools.ts';

/** Deletes parameters or secrets of a manifest; `missing` are those that did not exist. */
export async function deleteParameters(
  tools: Tools,
  manifest: Manifest,
  names: readonly string[],
  { signal, ...options }: StoreOptions & { signal: AbortSignal | undefined },
): Promise<{ applied: Applied; missing: string[] }> {
  const store = await storeFor(tools, manifest, options);
  const missing: string[] = [];
  const applied = await applyInLots(
    lotsOf(names, store.batchSize),
    async (lot) => {
      missing.push(...(await store.remove(lot)).missing);
    },
    { concurrency: tools.concurrency, patience: PATIENT, signal },
  );
  return { applied, missing };
}

/** Deletes objects by key; missing ones are fine. */
export async function deleteObjects(
  { stores }: Tools,
  region: string,
  bucket: string,
  keys: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Applied> {
  const objects = await stores.objects(region);
  return applyInLots(lotsOf(keys, OBJECTS_A_CALL), (lot) => objects.deleteBatch(bucket, lot), {
    concurrency: 1,
    patience: PATIENT,
    signal,
  });
}
