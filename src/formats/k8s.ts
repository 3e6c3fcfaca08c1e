import { stringify } from 'yaml';
import { CofferError } from '../errors.ts';
import type { ObjectFormat, ObjectName, Secret } from './format.ts';
import { KUBERNETES_YAML, refuseNames, withKeys } from './kubernetes.ts';

/** One entry of a Kubernetes Secret. */
export type K8sEntry = Pick<Secret, 'name' | 'bytes' | 'version'>;

/** Kubernetes's limit for the data of one Secret. */
const MAX_BYTES = 1024 * 1024;

/**
 * A Kubernetes `Secret` as YAML, entries sorted by name. Slashes in names become dots. Known
 * versions go into the annotation `coffer/versions`.
 */
export function renderK8sSecret(entries: readonly K8sEntry[], target: ObjectName): string {
  refuseNames(target);
  const sorted = withKeys(entries);
  refuseOversize(sorted);
  const versions = sorted.flatMap(({ key, version }) => (version ? [[key, version]] : []));
  return stringify(
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: target.name,
        ...(target.namespace && { namespace: target.namespace }),
        ...(versions.length > 0 && {
          annotations: { 'coffer/versions': JSON.stringify(Object.fromEntries(versions)) },
        }),
      },
      type: 'Opaque',
      // A map, because an object would put numeric names first.
      data: new Map(sorted.map(({ key, bytes }) => [key, bytes.toString('base64')])),
    },
    KUBERNETES_YAML,
  );
}

function refuseOversize(entries: readonly { bytes: Buffer }[]): void {
  const total = entries.reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (total > MAX_BYTES) {
    throw new CofferError('oversize', `${total} bytes do not fit a Secret, which holds 1 MiB`, {
      hint: 'choose its values with --only',
    });
  }
}

export const format: ObjectFormat = { renderObject: renderK8sSecret };
