import type { CofferSecretSpec, PinnedKey } from '../../formats/coffer-secret.ts';
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

/** The full name, with a leading slash; of a secret that is named by its ARN, too. */
function nameOf({ ssm, secretsManager }: PinnedKey): string {
  if (ssm) return ssm.name;
  const name = secretsManager.secretId.replace(
    /^arn:[^:]*:secretsmanager:[^:]*:\d{12}:secret:/,
    '',
  );
  return name.startsWith('/') ? name : `/${name}`;
}
