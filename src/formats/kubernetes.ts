import { CofferError } from '../errors.ts';
import type { ObjectName } from './format.ts';

/** How to write YAML for kubectl, which reads YAML 1.1, in which `on` is not text. */
export const KUBERNETES_YAML = { lineWidth: 0, compat: 'yaml-1.1' } as const;

/** The name of a namespace, and the parts between dots of an object's name. */
const LABEL = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
const LONGEST_NAMESPACE = 63;
const LONGEST_NAME = 253;

/**
 * Entries with their keys in a Secret, sorted by key. Slashes in names become dots.
 * @throws CofferError `manifest` for a key that Kubernetes refuses, or that two names would get
 */
export function withKeys<Entry extends { name: string }>(
  entries: readonly Entry[],
): (Entry & { key: string })[] {
  const sorted = entries
    .map((entry) => ({ ...entry, key: entry.name.replaceAll('/', '.') }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
  refuseKeys(sorted);
  return sorted;
}

/** @throws CofferError `usage` for a name that Kubernetes refuses */
export function refuseNames({ name, namespace }: ObjectName): void {
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
