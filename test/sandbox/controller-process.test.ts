import { afterAll, beforeAll, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { startCoffer } from '../support/child.ts';
import { coffer } from '../support/cli.ts';
import { startFakeCluster, type Cluster } from '../support/kube/cluster.ts';
import { createKubeScene, until } from '../support/kube/scene.ts';
import { createWorkspace } from '../support/workspace.ts';

// The command as a process: signals, and what the command line makes of its flags.

const aws = await useAws();
let cluster: Cluster;
beforeAll(async () => {
  cluster = await startFakeCluster();
});
afterAll(() => cluster.close());

async function createProcess() {
  const scene = await createKubeScene(cluster, aws);
  await scene.put('token', 'canary-value');
  const { folder } = await createWorkspace({
    config: JSON.stringify({
      'current-context': 'test',
      contexts: [
        { name: 'test', context: { cluster: 'c', user: 'u', namespace: scene.namespace } },
      ],
      clusters: [{ name: 'c', cluster: { server: cluster.config.server } }],
      users: [{ name: 'u', user: { token: 'controller' } }],
    }),
  });
  const start = (...flags: string[]) =>
    startCoffer(['controller', '--kubeconfig', 'config', '--health', '127.0.0.1:0', ...flags], {
      cwd: folder,
      env: aws.env,
    });
  const lease = async () => {
    const path = `/apis/coordination.k8s.io/v1/namespaces/${scene.namespace}/leases`;
    const { items } = await cluster.admin.request<{
      items: { spec: { holderIdentity: string; leaseDurationSeconds: number } }[];
    }>(path);
    return items[0]?.spec;
  };
  return { ...scene, folder, start, lease };
}

test('makes a Secret, logs JSON lines without values, and gives the Lease back at SIGTERM', async () => {
  const scene = await createProcess();
  await scene.apply('app', { data: [scene.ssm('token', 1)] });
  const child = scene.start();
  expect(await scene.ready('app')).toMatchObject({ reason: 'Synced' });
  expect((await scene.lease())?.holderIdentity).not.toBe('');
  child.kill('SIGTERM');
  const { code, stdout, stderr } = await child.finished;
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  const lines = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { message: string });
  const [started, one, other, ...rest] = lines.map(({ message }) => message);
  expect(started).toBe('controller started');
  // The list and the Lease are asked for at once.
  expect(new Set([one, other])).toEqual(
    new Set(['CofferSecrets listed', 'this replica works now']),
  );
  expect(rest).toEqual(['Secret written', 'this replica works no more', 'controller stopped']);
  expect(stderr).not.toContain('canary-value');
  expect((await scene.lease())?.holderIdentity).toBe('');
});

test('killed without a word, the next one does the rest once the Lease has run out', async () => {
  const scene = await createProcess();
  await scene.apply('app', { data: [scene.ssm('token', 1)] });
  const child = scene.start();
  await until(async () => (await scene.data('app')) !== undefined || undefined);
  child.kill('SIGKILL');
  await child.finished;
  await scene.remove('secrets', 'app');
  // Nobody renews it: as after fifteen seconds.
  await scene.edit('leases', 'coffer-controller', { spec: { leaseDurationSeconds: 0 } });
  const next = scene.start();
  await until(async () => (await scene.data('app')) !== undefined || undefined);
  expect(await scene.data('app')).toEqual({ token: 'canary-value' });
  next.kill('SIGINT');
  expect((await next.finished).code).toBe(0);
});

test.each([
  [['--all-namespaces', '--namespace', 'a'], '--all-namespaces and --namespace'],
  [['--kubeconfig', 'missing'], 'cannot read missing: file or folder not found'],
  [[], 'no kubeconfig is named'],
  [['--kubeconfig', 'config', '--health', 'nowhere'], '--health nowhere is not HOST:PORT'],
  [['--kubeconfig', 'config', '--aws-rate', 'fast'], '--aws-rate fast is not a whole number'],
  [['--kubeconfig', 'config', 'word'], 'word'],
])('controller %j is wrong usage', async (flags, message) => {
  const { folder } = await createProcess();
  const { code, stderr } = await coffer(['controller', ...flags], { cwd: folder, env: aws.env });
  expect(stderr).toContain(message);
  expect(code).toBe(2);
});
