import { jsonService } from '../json/service.ts';
import type { JsonService } from '../json/service.ts';
import { aliasHandlers, tagHandlers } from './aliases.ts';
import { cryptoHandlers } from './crypto.ts';
import type { KeyRing } from './keyring.ts';
import { keyHandlers } from './keys.ts';
import { replicaHandlers } from './replicas.ts';

export function kmsService(ring: KeyRing): JsonService {
  return jsonService('kms', ring, {
    ...keyHandlers,
    ...replicaHandlers,
    ...aliasHandlers,
    ...tagHandlers,
    ...cryptoHandlers,
  });
}
