import type { ValueStore } from './port.ts';
import { readActualState, type ReadServices } from './read.ts';
import { BATCH } from './ssm.ts';
import { changeTask, saveTask } from './write.ts';

/** SSM of one region, with S3 behind it for values that SSM cannot hold. */
export function createSsmStore(services: ReadServices): ValueStore {
  const { parameters, patience } = services;
  return {
    batchSize: BATCH,
    deletion: 'for good',
    read: (request) => readActualState(request, services),
    change: (change, writing) => changeTask(change, { ...writing, parameters, patience }),
    save: (desired, writing) => saveTask(desired, { ...writing, parameters, patience }),
    remove: (names) => parameters.deleteBatch(names),
  };
}
