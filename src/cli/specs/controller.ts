import type { CommandSpec } from './spec.ts';

export const CONTROLLER: CommandSpec = {
  name: 'controller',
  args: '[manifests]',
  summary: 'Make Secrets of Kubernetes from CofferSecrets',
  description: `
    Runs in a cluster, until SIGTERM. Reads from AWS the versions that CofferSecrets name, writes
    them into Secrets, and repairs those that somebody changed. Calls AWS only when a pin or a
    Secret has changed. Works on --concurrency CofferSecrets at once (default: 4). Writes its log
    to standard error, as JSON lines. Outside of a pod it takes --kubeconfig or KUBECONFIG.

    With the word manifests, prints what runs it instead, as YAML for kubectl apply: the
    CustomResourceDefinition of CofferSecrets, and a ServiceAccount, Role, RoleBinding and
    Deployment for one namespace. Its rights are the least: it cannot list, update or delete
    Secrets. Makes no network calls.`,
  flags: [
    ['--namespace <namespace>', 'Serve this namespace (default: its own); repeatable'],
    ['--all-namespaces', 'Serve all namespaces'],
    [
      '--health <host:port>',
      'Where to serve /healthz, /readyz and /metrics (default: 127.0.0.1:8080)',
    ],
    ['--aws-rate <n>', 'Maximum AWS calls a second (default: 10)'],
    [
      '--require-prefix <prefix>',
      'Refuse other names in AWS, such as /apps/{namespace}/ for each namespace its own',
    ],
    [
      '--allow-role <pattern>',
      'IAM roles that a CofferSecret may name, with * for any text; repeatable',
    ],
    ['--watch-secrets', 'Repair Secrets at once; needs the right to list and watch them'],
    ['--kubeconfig <file>', 'How to reach the API server, from outside of a pod'],
    ['--image <image>', 'With manifests: image with coffer (default: coffer:VERSION)'],
    ['--role-arn <arn>', 'With manifests: AWS role of its ServiceAccount, on EKS'],
    ['--allow-restart', 'With manifests: let it restart Deployments, StatefulSets and DaemonSets'],
  ],
  examples: [
    ["controller --require-prefix '/apps/{namespace}/'", 'in a pod, for its own namespace'],
    ['controller --kubeconfig ~/.kube/config --namespace shop', 'from a terminal'],
    [
      "controller manifests --namespace shop --require-prefix '/apps/{namespace}/' | kubectl apply -f -",
      'what a cluster needs for one namespace',
    ],
  ],
  noJson: 'its log on standard error is JSON already, and manifests are YAML',
  load: () => import('../commands/controller.ts'),
};
