import { expect, test } from 'vitest';
import { findKubeConfig } from '../../../src/controller/kube/config.ts';
import { createWorkspace } from '../../support/workspace.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

const kubeconfig = (user: string) => `
apiVersion: v1
kind: Config
current-context: test
contexts: [{name: test, context: {cluster: c, user: u, namespace: shop}}]
clusters: [{name: c, cluster: {server: "https://127.0.0.1:6443", certificate-authority-data: ${base64('ca')}}}]
users: [{name: u, user: ${user}}]
`;

test('a kubeconfig with a client certificate, data or files beside it', async () => {
  const { folder } = await createWorkspace({
    config: kubeconfig(`{client-certificate: u.crt, client-key-data: ${base64('key')}}`),
    'u.crt': 'cert',
  });
  expect(await findKubeConfig(undefined, { KUBECONFIG: `${folder}/config` })).toEqual({
    server: 'https://127.0.0.1:6443',
    ca: Buffer.from('ca'),
    cert: Buffer.from('cert'),
    key: Buffer.from('key'),
    isInsecure: undefined,
    token: undefined,
    namespace: 'shop',
  });
});

test.each([
  ['{exec: {command: aws}}', 'neither a token nor a client certificate'],
  ['{token: [', 'it is not YAML'],
])('a kubeconfig whose user is %s', async (user, message) => {
  const { folder } = await createWorkspace({ config: kubeconfig(user) });
  const finding = findKubeConfig(`${folder}/config`, {});
  await expect(finding).rejects.toMatchObject({ code: 'usage' });
  await expect(finding).rejects.toThrow(message);
});

test('the ServiceAccount of a pod', async () => {
  const { folder } = await createWorkspace({ 'ca.crt': 'ca', token: 't', namespace: 'shop\n' });
  const environment = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };
  expect(await findKubeConfig(undefined, environment, folder)).toEqual({
    server: 'https://[fd00::1]:443',
    ca: Buffer.from('ca'),
    token: { file: `${folder}/token` },
    namespace: 'shop',
  });
});

test('neither a pod nor a kubeconfig', async () => {
  await expect(findKubeConfig(undefined, {})).rejects.toThrow('no kubeconfig is named');
});
