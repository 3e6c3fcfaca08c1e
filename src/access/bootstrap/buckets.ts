import type { BucketSettings } from '../../aws/bucket-model.ts';
import type { BucketStore } from '../../aws/buckets.ts';
import { persist, type Patience } from '../../stores/patience.ts';
import { requireAbort } from './lifecycle.ts';
import type { BucketNeed } from './needs.ts';
import { bucketArn, requireTls } from './policy.ts';
import type { Step } from './step.ts';

/** A setting that makes a bucket safe. */
interface Safeguard {
  what: string;
  why: string;
  isThere: (settings: BucketSettings, arn: string) => boolean;
  put: (store: BucketStore, name: string, settings: BucketSettings, arn: string) => Promise<void>;
}

/** In the order of application: closing comes first. */
const SAFEGUARDS: readonly Safeguard[] = [
  {
    what: 'public access block',
    why: 'blocks public access, whatever a policy says',
    isThere: ({ isPublicAccessBlocked }) => isPublicAccessBlocked,
    put: (store, name) => store.blockPublicAccess(name),
  },
  {
    what: 'ownership',
    why: 'the owner of the bucket owns every object; ACLs have no effect',
    isThere: ({ isOwnerEnforced }) => isOwnerEnforced,
    put: (store, name) => store.enforceOwner(name),
  },
  {
    what: 'policy',
    why: 'refuses requests without TLS',
    isThere: ({ policy }, arn) => policy !== undefined && requireTls(policy, arn) === policy,
    put: (store, name, { policy }, arn) => store.putPolicy(name, requireTls(policy, arn)),
  },
  {
    what: 'encryption',
    why: "with S3's own keys: coffer encrypts its objects itself",
    isThere: ({ isEncrypted }) => isEncrypted,
    put: (store, name) => store.encrypt(name),
  },
  {
    what: 'versioning',
    why: 'keeps deleted objects, so that mistakes can be undone',
    isThere: ({ isVersioned }) => isVersioned,
    put: (store, name) => store.enableVersioning(name),
  },
  {
    what: 'lifecycle',
    why: 'removes unfinished uploads after a day',
    isThere: ({ lifecycle: { rules } }) => requireAbort(rules) === rules,
    put: (store, name, { lifecycle }) =>
      store.putLifecycle(name, { ...lifecycle, rules: requireAbort(lifecycle.rules) }),
  },
];

/** The state of a bucket that does not exist yet. */
const NEW: BucketSettings = {
  isPublicAccessBlocked: false,
  isOwnerEnforced: false,
  isEncrypted: false,
  isVersioned: false,
  policy: undefined,
  lifecycle: { rules: [] },
};

/**
 * The steps to a safe bucket. Keeps all other settings.
 * @throws CofferError `manifest` if it is missing and S3 would refuse its name
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
    step('bucket', 'holds values that SSM cannot hold', exists, () => store.create(name)),
    ...SAFEGUARDS.map(({ what, why, isThere, put }) =>
      step(what, why, isThere(settings, arn), () => put(store, name, settings, arn)),
    ),
  ];
}
