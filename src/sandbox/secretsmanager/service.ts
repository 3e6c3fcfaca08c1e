import { jsonService } from '../json/service.ts';
import type { JsonService } from '../json/service.ts';
import { changeHandlers } from './change.ts';
import { deleteHandlers } from './delete.ts';
import type { SecretStore } from './model.ts';
import { readHandlers } from './read.ts';
import { replicaHandlers } from './replicas.ts';
import { rotationHandlers } from './rotation.ts';
import { tagHandlers } from './tags.ts';

export function secretsManagerService(store: SecretStore): JsonService {
  return jsonService('secretsmanager', store, {
    ...changeHandlers,
    ...deleteHandlers,
    ...readHandlers,
    ...replicaHandlers,
    ...rotationHandlers,
    ...tagHandlers,
  });
}
