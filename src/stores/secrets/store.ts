import { PATIENT } from '../patience.ts';
import type { ValueStore } from '../port.ts';
import type { Deletion } from './model.ts';
import { readSecrets, type SecretServices } from './read.ts';
import { changeTask, removeSecret, saveTask } from './write.ts';

/** AWS Secrets Manager of one region. */
export function createSecretStore(
  services: SecretServices,
  { deletion, takeOver }: { deletion: Deletion; takeOver: boolean },
): ValueStore {
  const { secrets } = services;
  const ways = { secrets, patience: PATIENT, takeOver };
  return {
    batchSize: 1,
    deletion:
      deletion.recoveryDays === 0
        ? 'for good'
        : `can be restored for ${deletion.recoveryDays} days`,
    read: (request) => readSecrets(request, services),
    change: (change, writing) => changeTask(change, { ...writing, ...ways }),
    save: (desired, writing) => saveTask(desired, { ...writing, ...ways }),
    async remove(names) {
      const missing: string[] = [];
      for (const name of names) {
        if (!(await removeSecret(name, deletion, secrets))) missing.push(name);
      }
      return { missing };
    },
  };
}
