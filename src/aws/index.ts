import type { BucketStore } from './buckets.ts';
import type { KeyStore } from './keys.ts';
import type { KmsService } from './kms.ts';
import type { ObjectStore } from '../stores/s3/objects.ts';
import type { ParameterStore } from '../stores/ssm.ts';
import type { Session } from './session.ts';

/** Without one, the region of the environment or the profile. */
export type Region = string | undefined;

/** AWS, by service and region; a service's client is loaded when it is first asked for. */
export interface Aws {
  session: Session;
  kms: (region: Region) => Promise<KmsService>;
  parameters: (region: Region) => Promise<ParameterStore>;
  objects: (region: Region) => Promise<ObjectStore>;
  keys: (region: Region) => Promise<KeyStore>;
  buckets: (region: Region) => Promise<BucketStore>;
}

export function createAws(session: Session): Aws {
  return {
    session,
    kms: perRegion(async (region) => (await import('./kms.ts')).createKms(session, region)),
    parameters: perRegion(async (region) =>
      (await import('../stores/ssm.ts')).createParameterStore(session, region),
    ),
    objects: perRegion(async (region) =>
      (await import('../stores/s3/objects.ts')).createObjectStore(session, region),
    ),
    keys: perRegion(async (region) => (await import('./keys.ts')).createKeyStore(session, region)),
    buckets: perRegion(async (region) =>
      (await import('./buckets.ts')).createBucketStore(session, region),
    ),
  };
}

function perRegion<T>(create: (region: Region) => Promise<T>): (region: Region) => Promise<T> {
  const made = new Map<Region, Promise<T>>();
  return (region) => {
    let service = made.get(region);
    if (!service) {
      service = create(region);
      made.set(region, service);
    }
    return service;
  };
}
