/** A rule of a Role. */
interface Rule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
}

/** The rights of the controller in the tests: no list, watch, update or delete of Secrets. */
export const RULES: readonly Rule[] = [
  rule('coffer.dev', 'coffersecrets', 'get', 'list', 'watch'),
  rule('coffer.dev', 'coffersecrets/status', 'patch'),
  rule('', 'secrets', 'get', 'create', 'patch'),
  rule('coordination.k8s.io', 'leases', 'get', 'create', 'update'),
  rule('events.k8s.io', 'events', 'create'),
];

/** What `--watch-secrets` needs besides. */
export const WATCH_RULE = rule('', 'secrets', 'list', 'watch');

/** What `restart` needs besides. */
export const RESTART_RULE = rule('apps', 'deployments', 'patch');

function rule(group: string, resource: string, ...verbs: string[]): Rule {
  return { apiGroups: [group], resources: [resource], verbs };
}

export function allows(rules: readonly Rule[], verb: string, resource: string): boolean {
  return rules.some(({ resources, verbs }) => resources.includes(resource) && verbs.includes(verb));
}

export type { Rule };
