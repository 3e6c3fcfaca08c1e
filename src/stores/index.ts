import { perRegion, type Region, type Session } from '../aws/session.ts';
import type { SecretsManager } from './secrets/client.ts';
import type { ObjectStore } from './s3/objects.ts';
import type { ParameterStore } from './ssm.ts';

/** The stores of each region; loads a store's client on first use. */
export interface Stores {
  parameters: (region: Region) => Promise<ParameterStore>;
  objects: (region: Region) => Promise<ObjectStore>;
  secrets: (region: Region) => Promise<SecretsManager>;
}

export function createStores(session: Session): Stores {
  return {
    parameters: perRegion(session, 'ssm', async (region, ready) =>
      (await import('./ssm.ts')).createParameterStore(ready, region),
    ),
    objects: perRegion(session, 's3', async (region, ready) =>
      (await import('./s3/objects.ts')).createObjectStore(ready, region),
    ),
    secrets: perRegion(session, 'secretsmanager', async (region, ready) =>
      (await import('./secrets/client.ts')).createSecretsManager(ready, region),
    ),
  };
}
