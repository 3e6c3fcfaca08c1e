import type { AccountDemand } from './account-guard.ts';
import type { BucketStore } from './buckets.ts';
import type { Surroundings } from './surroundings.ts';
import type { KeyStore } from './keys.ts';
import type { KmsService } from './kms.ts';
import type { ServiceName } from './services.ts';
import { perRegion, prepare, type Region, type Session } from './session.ts';

export type { Region } from './session.ts';

/** Keys and buckets of each region; loads a service's client on first use. */
export interface Aws {
  kms: (region: Region) => Promise<KmsService>;
  keys: (region: Region) => Promise<KeyStore>;
  buckets: (region: Region) => Promise<BucketStore>;
  /** Notes that a manifest is for an account: from now on, no call writes to another one. */
  demandAccount: (manifest: AccountDemand) => void;
  /**
   * Checks that now, before any question: a write would fail.
   * @throws CofferError `credentials`
   */
  requireAccount: () => Promise<void>;
  /**
   * Checks that before AWS is read for a manifest: another account would give wrong answers.
   * @throws CofferError `credentials`
   */
  requireAccountOf: (manifest: AccountDemand & { store: ServiceName }) => Promise<void>;
  /** What the environment and the profile say, for people. */
  surroundings: () => Promise<Surroundings>;
}

export function createAws(session: Session): Aws {
  const { guard } = session;
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
    demandAccount(manifest) {
      // Nothing would enforce it.
      if (manifest.account !== undefined && !guard) throw new Error('the session has no guard');
      guard?.demand(manifest);
    },
    requireAccount: async () => guard?.requireAccount(),
    requireAccountOf: async (manifest) =>
      guard?.requireAccount(session.clients?.[manifest.store] && manifest.store, manifest),
    surroundings: async () => (await import('./surroundings.ts')).describe(await prepare(session)),
  };
}
