import { parseAllDocuments } from 'yaml';
import { renderController, type ControllerSetup } from '../../../src/access/kubernetes.ts';

/** A rule of a Role. */
export interface Rule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
}

/** The rules of the Role that `coffer controller manifests` prints. */
export function rulesFor(
  setup: Pick<ControllerSetup, 'mayRestart' | 'watchesSecrets'> = {},
): Rule[] {
  const text = renderController({ namespace: 'shop', image: 'coffer', args: [], ...setup });
  const documents = parseAllDocuments(text).map(
    (document) => document.toJS() as { kind: string; rules?: Rule[] },
  );
  const role = documents.find(({ kind }) => kind === 'Role');
  if (!role?.rules) throw new Error('there is no Role');
  return role.rules;
}

export function allows(rules: readonly Rule[], verb: string, resource: string): boolean {
  return rules.some(({ resources, verbs }) => resources.includes(resource) && verbs.includes(verb));
}
