import { perRegion, type Region, type Session } from '../aws/session.ts';
import type { ObjectStore } from './s3/objects.ts';
import type { ParameterStore } from './ssm.ts';

/** The stores of each region; loads a store's client on first use. */
export interface Stores {
  parameters: (region: Region) => Promise<ParameterStore>;
  objects: (region: Region) => Promise<ObjectStore>;
}

export function createStores(session: Session): Stores {
  return {
    parameters: perRegion(session, 'ssm', async (region) =>
      (await import('./ssm.ts')).createParameterStore(session, region),
    ),
    objects: perRegion(session, 's3', async (region) =>
      (await import('./s3/objects.ts')).createObjectStore(session, region),
    ),
  };
}
