import type { CommandSpec } from './spec.ts';

export const CONTROLLER: CommandSpec = {
  name: 'controller',
  args: '[manifests]',
  summary: 'Print what runs the controller in a Kubernetes cluster',
  description: `
    Prints the CustomResourceDefinition of CofferSecrets, and a ServiceAccount, Role, RoleBinding
    and Deployment for a controller that serves one namespace, as YAML for kubectl apply. Its rights
    are the least: it cannot list, update or delete Secrets. Makes no network calls.`,
  flags: [
    ['--namespace <namespace>', 'Namespace to run in and to serve (default: default)'],
    ['--image <image>', 'Image with coffer (default: coffer:VERSION)'],
    ['--role-arn <arn>', 'AWS role of its ServiceAccount, on EKS'],
    ['--allow-restart', 'Allow it to restart Deployments, StatefulSets and DaemonSets'],
    ['--watch-secrets', 'Repair Secrets at once; needs the right to list and watch them'],
    [
      '--require-prefix <prefix>',
      'Refuse other names in AWS, such as /apps/{namespace}/ for each namespace its own',
    ],
    [
      '--allow-role <pattern>',
      'IAM roles that a CofferSecret may name, with * for any text; repeatable',
    ],
    ['--aws-rate <n>', 'Maximum AWS calls a second (default: 10)'],
  ],
  examples: [
    [
      "controller manifests --namespace shop --require-prefix '/apps/{namespace}/' | kubectl apply -f -",
      'what a cluster needs for one namespace',
    ],
  ],
  noJson: 'standard output is YAML for kubectl',
  load: () => import('../commands/controller.ts'),
};
