/** What coffer uses of the metadata of an object. */
export interface Metadata {
  name: string;
  namespace?: string | undefined;
  uid?: string | undefined;
  /** Counts the changes of `spec`. */
  generation?: number | undefined;
  resourceVersion?: string | undefined;
  deletionTimestamp?: string | undefined;
  labels?: Readonly<Record<string, string>> | undefined;
  annotations?: Readonly<Record<string, string>> | undefined;
  ownerReferences?: readonly OwnerReference[] | undefined;
}

/** The object that another one is deleted with. */
interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean | undefined;
}

export interface KubeObject {
  apiVersion?: string | undefined;
  kind?: string | undefined;
  metadata: Metadata;
}

/** The name of an object among all of its kind: `namespace/name`. */
export function keyOf({ metadata: { namespace = '', name } }: KubeObject): string {
  return `${namespace}/${name}`;
}

/** A group of the API, and a kind in it: `apis/coffer.dev/v1alpha1`, `coffersecrets`. */
interface Kind {
  api: string;
  plural: string;
}

const KINDS = {
  cofferSecrets: { api: 'apis/coffer.dev/v1alpha1', plural: 'coffersecrets' },
  secrets: { api: 'api/v1', plural: 'secrets' },
  leases: { api: 'apis/coordination.k8s.io/v1', plural: 'leases' },
  events: { api: 'apis/events.k8s.io/v1', plural: 'events' },
  Deployment: { api: 'apis/apps/v1', plural: 'deployments' },
  StatefulSet: { api: 'apis/apps/v1', plural: 'statefulsets' },
  DaemonSet: { api: 'apis/apps/v1', plural: 'daemonsets' },
} as const satisfies Record<string, Kind>;

/**
 * The path of an object, or of all objects of a kind.
 * @param namespace undefined for all namespaces
 */
export function pathOf(
  kind: keyof typeof KINDS,
  namespace: string | undefined,
  name?: string,
): string {
  const { api, plural } = KINDS[kind];
  const words = namespace === undefined ? [plural] : ['namespaces', namespace, plural];
  const path = name === undefined ? words : [...words, name];
  return `/${api}/${path.map(encodeURIComponent).join('/')}`;
}
