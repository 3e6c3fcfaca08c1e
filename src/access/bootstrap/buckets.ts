import type { BucketSettings } from '../../aws/bucket-model.ts';
import type { BucketStore } from '../../aws/buckets.ts';
import { persist, type Patience } from '../../stores/patience.ts';
import { requireAbort } from './lifecycle.ts';
import type { BucketNeed } from './needs.ts';
import { bucketArn, requireTls } from './policy.ts';
import type { Step } from './step.ts';

/** One thing that makes a bucket safe. */
interface Safeguard {
  what: string;
  why: string;
  isThere: (settings: BucketSettings, arn: string) => boolean;
  put: (store: BucketStore, name: string, settings: BucketSettings, arn: string) => Promise<void>;
}

/** In the order in which they are put in place: closed first. */
const SAFEGUARDS: readonly Safeguard[] = [
  {
    what: 'public access block',
    why: 'closed to the public, whatever a policy says',
    isThere: ({ isPublicAccessBlocked }) => isPublicAccessBlocked,
    put: (store, name) => store.blockPublicAccess(name),
  },
  {
    what: 'ownership',
    why: 'its owner owns every object, ACLs count for nothing',
    isThere: ({ isOwnerEnforced }) => isOwnerEnforced,
    put: (store, name) => store.enforceOwner(name),
  },
  {
    what: 'policy',
    why: 'no request without TLS',
    isThere: ({ policy }, arn) => policy !== undefined && requireTls(policy, arn) === policy,
    put: (store, name, { policy }, arn) => store.putPolicy(name, requireTls(policy, arn)),
  },
  {
    what: 'encryption',
    why: "by S3's own keys, as coffer's objects come sealed",
    isThere: ({ isEncrypted }) => isEncrypted,
    put: (store, name) => store.encrypt(name),
  },
  {
    what: 'versioning',
    why: 'what was deleted by mistake can be had back',
    isThere: ({ isVersioned }) => isVersioned,
    put: (store, name) => store.enableVersioning(name),
  },
  {
    what: 'lifecycle',
    why: 'uploads that were never finished go after a day',
    isThere: ({ lifecycle: { rules } }) => requireAbort(rules) === rules,
    put: (store, name, { lifecycle }) =>
      store.putLifecycle(name, { ...lifecycle, rules: requireAbort(lifecycle.rules) }),
  },
];

/** A bucket of which nothing is known but that it will be new. */
const NEW: BucketSettings = {
  isPublicAccessBlocked: false,
  isOwnerEnforced: false,
  isEncrypted: false,
  isVersioned: false,
  policy: undefined,
  lifecycle: { rules: [] },
};

/**
 * How to come by a bucket that is safe. What else it is set up for stays.
 * @throws CofferError `manifest` when there is none, and S3 would not take its name.
 */
export async function planBucket(
  { name, region }: BucketNeed,
  store: BucketStore,
  patience: Patience,
): Promise<Step[]> {
  const exists = await store.exists(name);
  const settings = exists ? await store.settings(name) : NEW;
  const arn = bucketArn(name, region);
  const step = (what: string, why: string, isThere: boolean, put: () => Promise<void>): Step => {
    const common = { what, name, region, why };
    if (isThere) return { ...common, state: 'ok' };
    const state = exists ? 'change' : 'create';
    return { ...common, state, apply: () => persist(put, patience) };
  };
  return [
    step('bucket', 'holds what SSM cannot', exists, () => store.create(name)),
    ...SAFEGUARDS.map(({ what, why, isThere, put }) =>
      step(what, why, isThere(settings, arn), () => put(store, name, settings, arn)),
    ),
  ];
}
