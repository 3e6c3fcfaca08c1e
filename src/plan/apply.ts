import pMap from 'p-map';
import type { ParameterStore } from '../aws/parameters.ts';
import { CofferError } from '../errors.ts';
import type { Desired } from './model.ts';
import type { ObjectWriter } from './object-writer.ts';

/** How a run of writes ended; everything is in one of the lists. */
export interface Applied {
  done: string[];
  failed: { name: string; error: CofferError }[];
}

/** Writes every parameter, whatever AWS holds now; needs no right to read. */
export async function saveAll(
  desired: readonly Desired[],
  services: { parameters: ParameterStore; objects: ObjectWriter | undefined; concurrency: number },
): Promise<Applied> {
  const applied: Applied = { done: [], failed: [] };
  await pMap(
    desired,
    async (item) => {
      try {
        // The object first, so that no reader ever follows a pointer to nothing.
        if (item.object) await services.objects?.publish(item.name, item.object);
        await services.parameters.put({ ...item, tags: undefined, overwrite: true });
        // SSM refuses tags together with overwrite.
        if (Object.keys(item.tags).length > 0) {
          await services.parameters.addTags(item.name, item.tags);
        }
        applied.done.push(item.name);
      } catch (error) {
        if (!(error instanceof CofferError)) throw error;
        applied.failed.push({ name: item.name, error });
      }
    },
    { concurrency: services.concurrency },
  );
  return applied;
}
