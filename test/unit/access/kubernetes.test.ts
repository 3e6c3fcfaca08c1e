import { readFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { controllerManifests } from '../../../src/actions/controller-manifests.ts';
import type { CofferSecret, CofferSecretSpec } from '../../../src/formats/coffer-secret.ts';

interface Resource {
  kind: string;
  metadata: { name: string; namespace?: string; annotations?: Record<string, string> };
  /** Of a Role. */
  rules?: { apiGroups: string[]; resources: string[]; verbs: string[] }[];
  /** Of the Deployment. */
  spec?: { template: { spec: { containers: { args: string[] }[] } } };
}

type Options = Partial<Parameters<typeof controllerManifests>[0]>;

function print(options: Options = {}): Resource[] {
  const text = controllerManifests({ image: 'coffer:1', ...options });
  return [...parseAllDocuments(text)].map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS() as Resource;
  });
}

function only(kind: string, options?: Options): Resource | undefined {
  const [found, ...more] = print(options).filter((resource) => resource.kind === kind);
  expect([found?.kind, more]).toEqual([kind, []]);
  return found;
}

const rightsOf = (options?: Options) =>
  only('Role', options)?.rules?.flatMap(({ apiGroups, resources, verbs }) =>
    resources.flatMap((resource) => verbs.map((verb) => `${apiGroups.join()}/${resource} ${verb}`)),
  );
const argsOf = (options?: Options) =>
  only('Deployment', options)?.spec?.template.spec.containers[0]?.args;

const RIGHTS = [
  'coffer.dev/coffersecrets get',
  'coffer.dev/coffersecrets list',
  'coffer.dev/coffersecrets watch',
  'coffer.dev/coffersecrets/status patch',
  '/secrets get',
  '/secrets create',
  '/secrets patch',
  'coordination.k8s.io/leases get',
  'coordination.k8s.io/leases create',
  'coordination.k8s.io/leases update',
  'events.k8s.io/events create',
];

describe('the manifests of the controller', () => {
  test('are the resource, an account, its rights and a Deployment, in one namespace', () => {
    const all = print({ namespace: 'shop' });
    expect(all.map(({ kind }) => kind)).toEqual([
      'CustomResourceDefinition',
      'ServiceAccount',
      'Role',
      'RoleBinding',
      'Deployment',
    ]);
    expect(all.slice(1).map(({ metadata }) => metadata.namespace)).toEqual(
      Array.from({ length: 4 }, () => 'shop'),
    );
  });

  test('give no right but these: none to list, watch, update or delete Secrets', () => {
    expect(rightsOf()).toEqual(RIGHTS);
  });

  test('give more only for a flag that needs it', () => {
    expect(rightsOf({ mayRestart: true })).toEqual([
      ...RIGHTS,
      'apps/deployments patch',
      'apps/statefulsets patch',
      'apps/daemonsets patch',
    ]);
    const watching = rightsOf({ watchesSecrets: true });
    expect(watching?.filter((right) => !RIGHTS.includes(right))).toEqual([
      '/secrets list',
      '/secrets watch',
    ]);
  });

  test('run one pod without rights on its node', () => {
    expect(only('Deployment')?.spec).toMatchObject({
      replicas: 1,
      template: {
        spec: {
          automountServiceAccountToken: false,
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [
            {
              image: 'coffer:1',
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
              resources: {
                requests: { cpu: '50m', memory: '96Mi' },
                limits: { memory: '256Mi' },
              },
            },
          ],
        },
      },
    });
  });

  test('pass on what narrows the controller', () => {
    expect(argsOf()).toEqual(['controller', '--health', '0.0.0.0:8080']);
    const more = {
      requiredPrefix: '/apps/{namespace}/',
      allowedRoles: ['arn:aws:iam::1:role/a', 'arn:aws:iam::1:role/b*'],
      watchesSecrets: true,
      awsRate: 5,
    };
    expect(argsOf(more)?.slice(3)).toEqual([
      '--require-prefix',
      '/apps/{namespace}/',
      '--allow-role',
      'arn:aws:iam::1:role/a',
      '--allow-role',
      'arn:aws:iam::1:role/b*',
      '--watch-secrets',
      '--aws-rate',
      '5',
    ]);
    const roleArn = 'arn:aws:iam::123456789012:role/coffer';
    expect(only('ServiceAccount', { roleArn })?.metadata.annotations).toEqual({
      'eks.amazonaws.com/role-arn': roleArn,
    });
  });

  test('are refused for what Kubernetes or AWS would refuse', () => {
    for (const bad of [
      { namespace: 'a.b' },
      { namespace: '' },
      { image: 'a b' },
      { image: '' },
      { roleArn: 'coffer' },
    ]) {
      expect(() => print(bad)).toThrow(expect.objectContaining({ code: 'usage' }) as Error);
    }
  });
});

test('the schema takes what a spec may say, and refuses what is half said', async () => {
  const crd = JSON.parse(await readFile('schemas/crd.json', 'utf8')) as {
    spec: { versions: { schema: { openAPIV3Schema: object } }[] };
  };
  const ajv = new Ajv({ strict: false, validateFormats: false });
  const isValid = ajv.compile(crd.spec.versions[0]?.schema.openAPIV3Schema ?? {});
  const full: Required<CofferSecretSpec> = {
    region: 'eusc-de-east-1',
    roleArn: 'arn:aws:iam::123456789012:role/shop',
    secretName: 'app.v1',
    type: 'Opaque',
    immutable: true,
    deletionPolicy: 'Retain',
    labels: { a: 'b' },
    annotations: { a: 'b' },
    restart: [{ kind: 'DaemonSet', name: 'a' }],
    data: [
      { key: 'a', ssm: { name: '/a', version: 1, object: 'ab'.repeat(32) } },
      { key: 'b', secretsManager: { secretId: 'a', versionId: 'ab'.repeat(32), property: 'c' } },
    ],
  };
  const validity = (spec: object) => isValid({ spec } satisfies Partial<CofferSecret> | object);
  expect(validity(full)).toBe(true);
  const [first] = full.data;
  for (const change of [
    { region: undefined },
    { region: 'here' },
    { data: [] },
    { data: undefined },
    { data: [{ key: 'a/b', ssm: first?.ssm }] },
    { data: [{ key: 'a', ssm: { name: '/a' } }] },
    { data: [{ key: 'a', ssm: { name: '/a', version: 0 } }] },
    { data: [{ key: 'a', ssm: { name: '/a', version: 1, object: 'ab' } }] },
    { data: [{ key: 'a', secretsManager: { secretId: 'a' } }] },
    { secretName: 'App' },
    { deletionPolicy: 'Orphan' },
    { restart: [{ kind: 'Job', name: 'a' }] },
  ]) {
    const spec = JSON.parse(JSON.stringify({ ...full, ...change })) as object;
    expect([change, validity(spec)]).toEqual([change, false]);
  }
});
