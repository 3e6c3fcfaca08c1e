import type { ObjectStore } from './s3/objects.ts';
import type { Patience } from './patience.ts';
import type { ValueStore } from './port.ts';
import { readActualState } from './read.ts';
import { BATCH, type ParameterStore } from './ssm.ts';
import { changeTask, saveTask } from './write.ts';

/** SSM of one region, with S3 behind it for what SSM cannot hold. */
export function createSsmStore(services: {
  parameters: ParameterStore;
  objects: () => Promise<ObjectStore>;
  /** The ARN behind the name of a KMS key; `undefined` when there is no such key. */
  keyArn: (keyId: string) => Promise<string | undefined>;
  concurrency: number;
  patience: Patience;
}): ValueStore {
  const { parameters, patience } = services;
  return {
    batchSize: BATCH,
    read: (request) => readActualState(request, services),
    change: (change, writing) => changeTask(change, { ...writing, parameters, patience }),
    save: (desired, writing) => saveTask(desired, { ...writing, parameters, patience }),
    remove: (names) => parameters.deleteBatch(names),
  };
}
