import { stringify } from 'yaml';
import crd from '../../schemas/crd.json' with { type: 'json' };
import { KUBERNETES_YAML } from '../formats/kubernetes.ts';

export interface ControllerSetup {
  /** Where it runs; it serves this namespace alone. */
  namespace: string;
  image: string;
  /** The AWS role of its ServiceAccount, as EKS knows it from an annotation. */
  roleArn?: string | undefined;
  /** Whether it may restart workloads. */
  mayRestart?: boolean | undefined;
  /** Whether it may list and watch Secrets. */
  watchesSecrets?: boolean | undefined;
  /** More flags of `coffer controller`. */
  args: readonly string[];
}

const NAME = 'coffer-controller';
const HEALTH_PORT = 8080;
const ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

/** All that runs the controller in one namespace, as one YAML text for `kubectl apply`. */
export function renderController(setup: ControllerSetup): string {
  return [crd, serviceAccount(setup), role(setup), roleBinding(setup), deployment(setup)]
    .map((resource) => stringify(resource, { ...KUBERNETES_YAML, aliasDuplicateObjects: false }))
    .join('---\n');
}

function metadata({ namespace }: ControllerSetup) {
  return { name: NAME, namespace, labels: LABELS };
}

const LABELS = { 'app.kubernetes.io/name': NAME };

function serviceAccount(setup: ControllerSetup) {
  const annotations = { 'eks.amazonaws.com/role-arn': setup.roleArn };
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { ...metadata(setup), ...(setup.roleArn !== undefined && { annotations }) },
    // Only the pod of the Deployment gets a token.
    automountServiceAccountToken: false,
  };
}

/** By default no list, watch, update or delete of Secrets: Kubernetes deletes them by their owner. */
function role(setup: ControllerSetup) {
  const { mayRestart, watchesSecrets } = setup;
  const secrets = ['get', 'create', 'patch', ...(watchesSecrets ? ['list', 'watch'] : [])];
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: metadata(setup),
    rules: [
      rule('coffer.dev', ['coffersecrets'], ['get', 'list', 'watch']),
      rule('coffer.dev', ['coffersecrets/status'], ['patch']),
      rule('', ['secrets'], secrets),
      rule('coordination.k8s.io', ['leases'], ['get', 'create', 'update']),
      rule('events.k8s.io', ['events'], ['create']),
      ...(mayRestart
        ? [rule('apps', ['deployments', 'statefulsets', 'daemonsets'], ['patch'])]
        : []),
    ],
  };
}

function rule(group: string, resources: readonly string[], verbs: readonly string[]) {
  return { apiGroups: [group], resources, verbs };
}

function roleBinding(setup: ControllerSetup) {
  const { namespace } = setup;
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: metadata(setup),
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: NAME },
    subjects: [{ kind: 'ServiceAccount', name: NAME, namespace }],
  };
}

function deployment(setup: ControllerSetup) {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadata(setup),
    spec: {
      replicas: 1,
      selector: { matchLabels: LABELS },
      template: {
        metadata: { labels: LABELS },
        spec: {
          serviceAccountName: NAME,
          automountServiceAccountToken: false,
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [container(setup)],
          volumes: [{ name: 'token', projected: { defaultMode: 0o444, sources: TOKEN } }],
        },
      },
    },
  };
}

function container({ image, args }: ControllerSetup) {
  return {
    name: NAME,
    image,
    args: ['controller', '--health', `0.0.0.0:${HEALTH_PORT}`, ...args],
    // Its file system is read-only.
    env: [{ name: 'COFFER_CACHE', value: 'off' }],
    ports: [{ name: 'health', containerPort: HEALTH_PORT }],
    livenessProbe: { httpGet: { path: '/healthz', port: 'health' }, periodSeconds: 10 },
    readinessProbe: { httpGet: { path: '/readyz', port: 'health' }, periodSeconds: 5 },
    resources: {
      requests: { cpu: '50m', memory: '96Mi' },
      limits: { memory: '256Mi' },
    },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [{ name: 'token', mountPath: ACCOUNT_FOLDER, readOnly: true }],
  };
}

/** What the kubelet puts into pods by itself where that is not turned off. */
const TOKEN = [
  { serviceAccountToken: { path: 'token', expirationSeconds: 3607 } },
  { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
  {
    downwardAPI: {
      items: [
        { path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } },
      ],
    },
  },
];
