import type { Aws } from '../../aws/index.ts';
import type { Patience } from '../../stores/patience.ts';
import { planBucket } from './buckets.ts';
import { planKey } from './keys.ts';
import type { Needs } from './needs.ts';
import type { Step } from './step.ts';

/**
 * Reads the actual state, and returns the step for each thing that manifests need.
 * @throws CofferError for problems that bootstrap cannot fix
 */
export async function planBootstrap(
  { keys, buckets }: Needs,
  aws: Pick<Aws, 'kms' | 'keys' | 'buckets'>,
  patience: Patience,
): Promise<Step[]> {
  const planned = await Promise.all([
    ...keys.map(async (need) => [
      await planKey(need, { keys: await aws.keys(need.region), kms: await aws.kms(need.region) }),
    ]),
    ...buckets.map(async (need) => planBucket(need, await aws.buckets(need.region), patience)),
  ]);
  return planned.flat();
}
