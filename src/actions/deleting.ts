import { batches } from '../stores/ssm.ts';
import { applyInLots, type Applied } from '../plan/apply.ts';
import { OBJECTS_A_CALL } from '../plan/garbage.ts';
import { PATIENT } from '../plan/patience.ts';
import type { Tools } from './tools.ts';

/** Deletes parameters, ten a call; `missing` are those that were not there. */
export async function deleteParameters(
  { stores, concurrency }: Tools,
  region: string,
  names: readonly string[],
  signal: AbortSignal | undefined,
): Promise<{ applied: Applied; missing: string[] }> {
  const parameters = await stores.parameters(region);
  const missing: string[] = [];
  const applied = await applyInLots(
    batches(names),
    async (lot) => {
      missing.push(...(await parameters.deleteBatch(lot)).missing);
    },
    { concurrency, patience: PATIENT, signal },
  );
  return { applied, missing };
}

/** Deletes the objects of `keys`; those that were not there are fine. */
export async function deleteObjects(
  { stores }: Tools,
  region: string,
  bucket: string,
  keys: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Applied> {
  const objects = await stores.objects(region);
  const lots = Array.from({ length: Math.ceil(keys.length / OBJECTS_A_CALL) }, (_, i) =>
    keys.slice(i * OBJECTS_A_CALL, (i + 1) * OBJECTS_A_CALL),
  );
  return applyInLots(lots, (lot) => objects.deleteBatch(bucket, lot), {
    concurrency: 1,
    patience: PATIENT,
    signal,
  });
}
