import type { BucketStore } from './buckets.ts';
import type { KeyStore } from './keys.ts';
import type { KmsService } from './kms.ts';
import { perRegion, type Region, type Session } from './session.ts';

export type { Region } from './session.ts';

/** Keys and buckets of each region; loads a service's client on first use. */
export interface Aws {
  kms: (region: Region) => Promise<KmsService>;
  keys: (region: Region) => Promise<KeyStore>;
  buckets: (region: Region) => Promise<BucketStore>;
}

export function createAws(session: Session): Aws {
  return {
    kms: perRegion(session, 'kms', async (region, ready) =>
      (await import('./kms.ts')).createKms(ready, region),
    ),
    keys: perRegion(session, 'kms', async (region, ready) =>
      (await import('./keys.ts')).createKeyStore(ready, region),
    ),
    buckets: perRegion(session, 's3', async (region, ready) =>
      (await import('./buckets.ts')).createBucketStore(ready, region),
    ),
  };
}
