import { renderController } from '../access/kubernetes.ts';
import { CofferError } from '../errors.ts';
import { refuseNames } from '../formats/kubernetes.ts';
import { refuseRole } from './pin/role.ts';

interface ControllerManifestsOptions {
  /** Where it runs, and the namespace that it serves. Default: `default`. */
  namespace?: string | undefined;
  image: string;
  /** The AWS role of its ServiceAccount, on EKS. */
  roleArn?: string | undefined;
  /** Allows it to restart workloads. */
  mayRestart?: boolean | undefined;
  /** Allows it to list and watch Secrets, and makes it repair them at once. */
  watchesSecrets?: boolean | undefined;
  requiredPrefix?: string | undefined;
  allowedRoles?: readonly string[] | undefined;
  /** Maximum AWS calls a second. */
  awsRate?: number | undefined;
}

/**
 * Returns what runs the controller in a cluster, as YAML for `kubectl apply`.
 * @throws CofferError `usage` for what Kubernetes or AWS would refuse
 */
export function controllerManifests({
  namespace = 'default',
  image,
  roleArn,
  mayRestart,
  watchesSecrets,
  requiredPrefix,
  allowedRoles = [],
  awsRate,
}: ControllerManifestsOptions): string {
  refuseNames({ name: namespace, namespace });
  refuseRole(roleArn);
  if (!/^[\w.:/@-]+$/.test(image)) {
    throw new CofferError('usage', `--image ${image} is not the name of an image`, {
      hint: 'for example registry.example.org/coffer:1.0',
    });
  }
  const args = [
    ...(requiredPrefix === undefined ? [] : ['--require-prefix', requiredPrefix]),
    ...allowedRoles.flatMap((pattern) => ['--allow-role', pattern]),
    ...(watchesSecrets ? ['--watch-secrets'] : []),
    ...(awsRate === undefined ? [] : ['--aws-rate', String(awsRate)]),
  ];
  return renderController({ namespace, image, roleArn, mayRestart, watchesSecrets, args });
}
