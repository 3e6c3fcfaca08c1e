import { createHash } from 'node:crypto';

/** The API group of CofferSecrets, and the start of the names of coffer's annotations. */
const GROUP = 'coffer.dev';

export const API_VERSION = `${GROUP}/v1alpha1`;
export const KIND = 'CofferSecret';

/** Names of annotations. */
export const ANNOTATIONS = {
  /** On a Secret: `pinsOf` the CofferSecret that it was made from. */
  pins: `${GROUP}/pins`,
  /** On a Secret: a digest of the data that coffer wrote. */
  digest: `${GROUP}/digest`,
  /**
   * On a CofferSecret: when its newest SSM version was written (RFC 3339, milliseconds). SSM counts
   * from 1 again after a parameter was deleted: a version that is younger than this is another
   * value. It is outside of `spec`, so that an immutable CofferSecret may be pinned again.
   */
  pinnedAt: `${GROUP}/pinned-at`,
  /** On a Secret: the name of the CofferSecret that it was made from. */
  resource: `${GROUP}/resource`,
  /** On a Secret: a hash of its type, its owner and the labels and annotations that coffer wrote. */
  frame: `${GROUP}/frame`,
} as const;

/** How far the clocks of a pin's maker and of AWS may differ. */
const CLOCK_DIFFERENCE_MS = 60_000;

/**
 * Whether a version was written after it was pinned: the parameter was deleted and created again.
 * @param pinnedAt the annotation, if there is one
 */
export function isYounger(modified: Date | undefined, pinnedAt: string | undefined): boolean {
  const age = (modified?.getTime() ?? Number.NaN) - Date.parse(pinnedAt ?? '');
  return age > CLOCK_DIFFERENCE_MS;
}

/** One version of a parameter in SSM. */
export interface SsmPin {
  /** Full name. */
  name: string;
  version: number;
  /** If the version is a pointer: the SHA-256 that it has to name, 64 hex digits. */
  object?: string | undefined;
}

/** One version of a secret in Secrets Manager. */
export interface SecretsManagerPin {
  secretId: string;
  versionId: string;
  /** The name of one value of a JSON secret; all of it if absent. */
  property?: string | undefined;
}

/** One entry of the Secret, and where its value is: in exactly one store. */
export type PinnedKey = { key: string } & (
  | { ssm: SsmPin; secretsManager?: undefined }
  | { secretsManager: SecretsManagerPin; ssm?: undefined }
);

/**
 * Types that a Secret may have. Kubernetes or a program fills Secrets of other types, or obeys them: a
 * token of a ServiceAccount or of a bootstrap is more than a value of AWS.
 */
export const SECRET_TYPES = [
  'Opaque',
  'kubernetes.io/basic-auth',
  'kubernetes.io/dockercfg',
  'kubernetes.io/dockerconfigjson',
  'kubernetes.io/ssh-auth',
  'kubernetes.io/tls',
] as const;
export type SecretType = (typeof SECRET_TYPES)[number];

export const DELETION_POLICIES = ['Delete', 'Retain'] as const;

/** A workload whose pods start again when the Secret changes. */
export interface Workload {
  kind: 'Deployment' | 'StatefulSet' | 'DaemonSet';
  name: string;
}

export interface CofferSecretSpec {
  region: string;
  /** The role that reads AWS; the controller's own by default. */
  roleArn?: string | undefined;
  /** Name of the Secret; by default the name of the CofferSecret. */
  secretName?: string | undefined;
  /** One of SECRET_TYPES; `Opaque` by default. */
  type?: string | undefined;
  immutable?: boolean | undefined;
  /** Whether the Secret goes with its CofferSecret; `Delete` by default. */
  deletionPolicy?: (typeof DELETION_POLICIES)[number] | undefined;
  /** Of the Secret. */
  labels?: Readonly<Record<string, string>> | undefined;
  /** Of the Secret. */
  annotations?: Readonly<Record<string, string>> | undefined;
  restart?: readonly Workload[] | undefined;
  data: readonly PinnedKey[];
}

/** A CofferSecret as somebody applies it; schemas/crd.json is its schema. */
export interface CofferSecret {
  apiVersion: typeof API_VERSION;
  kind: typeof KIND;
  metadata: {
    name: string;
    namespace?: string | undefined;
    annotations?: Readonly<Record<string, string>> | undefined;
  };
  spec: CofferSecretSpec;
}

/**
 * A name for what a CofferSecret refers to, as 64 hex digits: the SHA-256 of the JSON
 * `["coffer/pins/v1",region,[row,…]]` without spaces, its rows sorted by key. A row is
 * `[key,"ssm",name,version,object]` or `[key,"secretsmanager",secretId,versionId,property]`, with
 * null for what is absent. It is no secret: it follows from references, not from values.
 */
export function pinsOf({ region, data }: Pick<CofferSecretSpec, 'region' | 'data'>): string {
  const rows = data.toSorted((a, b) => (a.key < b.key ? -1 : 1)).map(rowOf);
  const text = JSON.stringify(['coffer/pins/v1', region, rows]);
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

function rowOf({ key, ssm, secretsManager }: PinnedKey): unknown[] {
  return ssm
    ? [key, 'ssm', ssm.name, ssm.version, ssm.object ?? null]
    : [
        key,
        'secretsmanager',
        secretsManager.secretId,
        secretsManager.versionId,
        secretsManager.property ?? null,
      ];
}
