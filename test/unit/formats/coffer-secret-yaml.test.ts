import { expect, test } from 'vitest';
import type { CofferError } from '../../../src/errors.ts';
import type { CofferSecret } from '../../../src/formats/coffer-secret.ts';
import { readCofferSecrets, renderCofferSecret } from '../../../src/formats/coffer-secret-yaml.ts';

const RESOURCE: CofferSecret = {
  apiVersion: 'coffer.dev/v1alpha1',
  kind: 'CofferSecret',
  metadata: {
    name: 'app',
    namespace: 'shop',
    annotations: { 'coffer.dev/pinned-at': '2026-11-27T06:46:01.574Z' },
  },
  spec: {
    region: 'us-east-1',
    data: [
      { key: 'on', ssm: { name: '/app/on', version: 7 } },
      { key: 'store', ssm: { name: '/app/store', version: 1, object: '1e5'.padEnd(64, '0') } },
      { key: 'x', secretsManager: { secretId: 'db', versionId: '9'.repeat(64), property: 'null' } },
    ],
  },
};

test('reads what it writes, beside other resources', () => {
  const text = renderCofferSecret(RESOURCE);
  expect(readCofferSecrets(text, 'app.yaml')).toEqual([RESOURCE]);
  const others = `apiVersion: v1\nkind: ConfigMap\n---\n${text}---\n`;
  expect(readCofferSecrets(others + text, 'app.yaml')).toEqual([RESOURCE, RESOURCE]);
});

test('reads lists, as kubectl get prints several', () => {
  const list = { apiVersion: 'v1', kind: 'List', items: [{ kind: 'Other' }, RESOURCE] };
  expect(readCofferSecrets(JSON.stringify(list), 'app.yaml')).toEqual([RESOURCE]);
});

const HEAD = 'apiVersion: coffer.dev/v1alpha1\nkind: CofferSecret\nmetadata: {name: app}\n';

test.each([
  ['', 'app.yaml has no CofferSecret'],
  ['parameters: []', 'app.yaml has no CofferSecret'],
  ['- {', 'this is not YAML'],
  ['kind: CofferSecret\napiVersion: coffer.dev/v1\n', 'apiVersion is not coffer.dev/v1alpha1'],
  ['kind: CofferSecret\napiVersion: coffer.dev/v1alpha1\n', 'metadata.name is missing'],
  [HEAD, 'app: spec.region is missing'],
  [`${HEAD}spec: {region: a}`, 'app: spec.data is not a list'],
  [`${HEAD}spec: {region: a, data: []}`, 'app: spec.data is not a list'],
  [`${HEAD}spec: {region: a, data: [1]}`, 'app: spec.data[0] needs'],
  [`${HEAD}spec: {region: a, data: [{key: b, ssm: {name: c}}]}`, 'app: spec.data[0] needs'],
  [
    `${HEAD}spec: {region: a, data: [{key: b, ssm: {name: c, version: 0}}]}`,
    'app: spec.data[0] needs',
  ],
  [
    `${HEAD}spec: {region: a, data: [{key: b, secretsManager: {secretId: c}}]}`,
    'app: spec.data[0] needs',
  ],
  [
    `${HEAD}spec: {region: a, data: [{key: b, ssm: {name: c, version: 1}, secretsManager: {}}]}`,
    'app: spec.data[0] needs',
  ],
  [
    `${HEAD.replace('app}', 'app, annotations: {coffer.dev/pinned-at: noon}}')}spec: {region: a, data: [1]}`,
    'app: the annotation coffer.dev/pinned-at is not a time',
  ],
])('refuses %j', (text, message) => {
  expect(() => readCofferSecrets(text, 'app.yaml')).toThrow(
    expect.objectContaining({
      code: 'usage',
      message: expect.stringContaining(message) as string,
    }) as CofferError,
  );
});

test('does not quote the text, and says where the fault is', () => {
  const text = `kind: Secret\n---\n${HEAD}spec: {token: hunter2`;
  expect(() => readCofferSecrets(text, 'app.yaml')).toThrow(
    expect.objectContaining({
      message: 'this is not YAML',
      place: { file: 'app.yaml', line: 6, column: expect.any(Number) as number },
    }) as CofferError,
  );
});
