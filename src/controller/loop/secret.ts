import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { ANNOTATIONS, API_VERSION, KIND, pinsOf } from '../../formats/coffer-secret.ts';
import type { KubeObject, Metadata } from '../kube/model.ts';
import { secretNameOf, type Resource } from '../resource.ts';

/** A Secret of Kubernetes. */
export interface Secret extends KubeObject {
  type?: string | undefined;
  immutable?: boolean | undefined;
  /** Base64, by key. */
  data?: Readonly<Record<string, string>> | undefined;
}

/** The label of every Secret that coffer makes; with it, a watch sees only these. */
const MANAGED = { 'app.kubernetes.io/managed-by': 'coffer' } as const;
export const MANAGED_SELECTOR = Object.entries(MANAGED)
  .map(([name, value]) => `${name}=${value}`)
  .join(',');

/** Whether this CofferSecret made the Secret. */
export function isOurs({ metadata }: Secret, resource: Resource): boolean {
  return ownerOf(metadata) === resource.metadata.name;
}

/** The name of the CofferSecret that made a Secret. */
export function ownerOf({ annotations, labels }: Metadata): string | undefined {
  const isManaged = Object.entries(MANAGED).every(([name, value]) => labels?.[name] === value);
  return isManaged ? annotations?.[ANNOTATIONS.resource] : undefined;
}

/**
 * The data that the Secret already holds for these pins, if nobody changed it since coffer wrote it.
 * Keys that others added do not count.
 */
export function intactData(secret: Secret, resource: Resource): Secret['data'] {
  const { annotations = {} } = secret.metadata;
  const pins = pinsOf(resource.spec);
  const held = resource.spec.data.map(({ key }) => [key, secret.data?.[key]] as const);
  if (held.some(([, value]) => value === undefined)) return undefined;
  const data = Object.fromEntries(held) as Record<string, string>;
  const isIntact =
    annotations[ANNOTATIONS.pins] === pins &&
    annotations[ANNOTATIONS.digest] === digest(pins, data);
  return isIntact ? data : undefined;
}

/** What coffer applies. Others may add labels, annotations and keys of their own. */
export function desiredSecret(resource: Resource, data: Secret['data']): Secret {
  const { metadata, spec } = resource;
  const pins = pinsOf(spec);
  const frame = {
    type: spec.type ?? 'Opaque',
    ...(spec.immutable && { immutable: true }),
    labels: { ...spec.labels, ...MANAGED },
    annotations: { ...spec.annotations },
    ownerReferences: spec.deletionPolicy === 'Retain' ? [] : [ownerReference(metadata)],
  };
  const { type, immutable, labels, annotations, ownerReferences } = frame;
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: secretNameOf(resource),
      namespace: metadata.namespace,
      labels,
      annotations: {
        ...annotations,
        [ANNOTATIONS.resource]: metadata.name,
        [ANNOTATIONS.pins]: pins,
        [ANNOTATIONS.digest]: digest(pins, data ?? {}),
        [ANNOTATIONS.frame]: hash(['coffer/frame/v1', frame]),
      },
      ...(ownerReferences.length > 0 && { ownerReferences }),
    },
    type,
    ...(immutable && { immutable }),
    data,
  };
}

/**
 * Whether the Secret already has everything that is desired beside its data. The hash of it all
 * shows what is no longer desired.
 */
export function hasFrame(secret: Secret, { metadata, type, immutable }: Secret): boolean {
  const found = secret.metadata;
  const hasAll = (of: 'labels' | 'annotations') =>
    Object.entries(metadata[of] ?? {}).every(([name, value]) => found[of]?.[name] === value);
  const owners = metadata.ownerReferences ?? [];
  return (
    secret.type === type &&
    (secret.immutable ?? false) === (immutable ?? false) &&
    hasAll('labels') &&
    hasAll('annotations') &&
    owners.every((owner) =>
      found.ownerReferences?.some((one) => isDeepStrictEqual({ ...one, ...owner }, one)),
    )
  );
}

function ownerReference({ name, uid = '' }: Metadata) {
  return { apiVersion: API_VERSION, kind: KIND, name, uid, controller: true };
}

/** Of the data that belongs to these pins; its order does not matter. */
function digest(pins: string, data: Readonly<Record<string, string>>): string {
  const rows = Object.entries(data).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return hash(['coffer/digest/v1', pins, rows]);
}

function hash(what: unknown): string {
  return createHash('sha256').update(JSON.stringify(what), 'utf8').digest('hex');
}
