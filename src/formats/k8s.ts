import { stringify } from 'yaml';
import { CofferError } from '../errors.ts';
import type { ObjectFormat, ObjectName, Secret } from './format.ts';

/** One entry of a Kubernetes Secret. */
export type K8sEntry = Pick<Secret, 'name' | 'bytes' | 'version'>;

/** The name of a namespace, and the parts between dots of an object's name. */
const LABEL = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
const LONGEST_NAMESPACE = 63;
const LONGEST_NAME = 253;
/** Kubernetes's limit for the data of one Secret. */
const MAX_BYTES = 1024 * 1024;

/**
 * A Kubernetes `Secret` as YAML, entries sorted by name. Slashes in names become dots. Known
 * versions go into the annotation `coffer/versions`.
 */
export function renderK8sSecret(entries: readonly K8sEntry[], target: ObjectName): string {
  refuseNames(target);
  const sorted = entries
    .map((entry) => ({ ...entry, key: entry.name.replaceAll('/', '.') }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
  refuseKeys(sorted);
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
    // kubectl reads YAML 1.1, in which `on` is not text.
    { lineWidth: 0, compat: 'yaml-1.1' },
  );
}

function refuseNames({ name, namespace }: ObjectName): void {
  if (name.length > LONGEST_NAME || !name.split('.').every((part) => LABEL.test(part))) {
    throw new CofferError('usage', `Kubernetes does not accept the name ${name}`, {
      hint: 'use lower-case letters and digits, with dashes and dots between them',
    });
  }
  if (namespace === undefined) return;
  if (namespace.length > LONGEST_NAMESPACE || !LABEL.test(namespace)) {
    throw new CofferError('usage', `Kubernetes does not accept the namespace ${namespace}`, {
      hint: 'use lower-case letters and digits, with dashes between them',
    });
  }
}

function refuseKeys(entries: readonly { name: string; key: string }[]): void {
  const taken = new Map<string, string>();
  for (const { name, key } of entries) {
    if (key.length > LONGEST_NAME || key === '.' || key.startsWith('..')) {
      throw new CofferError('manifest', `Kubernetes does not accept ${key} as a key of a Secret`, {
        hint: 'use at most 253 characters, of which the first two are not dots, or leave it out with --only',
      });
    }
    const other = taken.get(key);
    if (other !== undefined) {
      throw new CofferError('manifest', `${other} and ${name} would both get the key ${key}`, {
        hint: 'rename one of them, or leave one out with --only',
      });
    }
    taken.set(key, name);
  }
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
