import {
  SECRET_TYPES,
  type CofferSecretSpec,
  type PinnedKey,
} from '../../formats/coffer-secret.ts';
import { matcher } from '../../formats/wildcards.ts';
import { SyncError } from './failure.ts';

/** What the controller reads for others. */
export interface Limits {
  /** Patterns of roles that a CofferSecret may name, with `*`. */
  allowedRoles: readonly string[];
  /** The start of all names, in which `{namespace}` stands for that of the CofferSecret. */
  requiredPrefix: string | undefined;
}

/**
 * Whoever may write a CofferSecret reads what the controller may: this keeps each namespace to its
 * own part of it.
 * @throws SyncError `RoleDenied`, `AccessDenied`
 */
export function checkLimits(
  { roleArn, data }: CofferSecretSpec,
  namespace: string,
  { allowedRoles, requiredPrefix }: Limits,
): void {
  if (roleArn !== undefined && !matcher(allowedRoles)(roleArn)) {
    throw new SyncError('RoleDenied', `the controller may not assume ${roleArn}: see --allow-role`);
  }
  if (requiredPrefix === undefined) return;
  const start = requiredPrefix.replaceAll('{namespace}', namespace);
  const prefix = start.endsWith('/') ? start : `${start}/`;
  const foreign = data.map(nameOf).find((name) => !name.startsWith(prefix));
  if (foreign === undefined) return;
  throw new SyncError('AccessDenied', `${foreign} is outside of ${prefix}: see --require-prefix`);
}

/** Annotations that Kubernetes obeys, such as the one that names the ServiceAccount of a token. */
const KUBERNETES_ANNOTATION = /^(?:[^/]*\.)?(?:kubernetes|k8s)\.io\//;

/** A name of an object of Kubernetes: a DNS subdomain. */
const OBJECT_NAME = /^[a-z0-9](?:[-.a-z0-9]*[a-z0-9])?$/;

/**
 * Refuses what would make a Secret more than the values that it holds. The schema refuses it, too; but
 * a cluster may have an older one.
 * @throws SyncError `Refused`
 */
export function checkFrame({
  type = 'Opaque',
  annotations = {},
  restart = [],
}: CofferSecretSpec): void {
  if (!SECRET_TYPES.some((allowed) => allowed === type)) {
    const types = SECRET_TYPES.join(', ');
    throw new SyncError(
      'Refused',
      `a Secret of coffer has no type ${type}: choose one of ${types}`,
    );
  }
  const obeyed = Object.keys(annotations).find((name) => KUBERNETES_ANNOTATION.test(name));
  if (obeyed !== undefined) {
    throw new SyncError('Refused', `Kubernetes obeys the annotation ${obeyed}: leave it out`);
  }
  const workload = restart.find(({ name }) => !OBJECT_NAME.test(name));
  if (workload) {
    throw new SyncError('Refused', `a ${workload.kind} cannot be called ${workload.name}`);
  }
}

/** The full name, with a leading slash; of a secret that is named by its ARN, too. */
function nameOf({ ssm, secretsManager }: PinnedKey): string {
  if (ssm) return ssm.name;
  const name = secretsManager.secretId.replace(
    /^arn:[^:]*:secretsmanager:[^:]*:\d{12}:secret:/,
    '',
  );
  return name.startsWith('/') ? name : `/${name}`;
}
