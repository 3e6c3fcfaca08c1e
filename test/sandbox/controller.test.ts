import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { controlOf } from '../support/control.ts';
import { startFakeCluster, type Cluster } from '../support/kube/cluster.ts';
import type { FakeServer } from '../support/kube/fake-server.ts';
import { rulesFor } from '../support/kube/rights.ts';
import { createKubeScene, until } from '../support/kube/scene.ts';
import { createWorkspace } from '../support/workspace.ts';

// What only servers of our own can do: faults, denied rights, counted requests.

const aws = await useAws();
let cluster: Cluster;
let kube: FakeServer;
beforeAll(async () => {
  cluster = await startFakeCluster();
  if (!cluster.fake) throw new Error('the cluster is not ours');
  kube = cluster.fake;
});
beforeEach(() => {
  kube.decide = () => undefined;
  kube.rules = rulesFor();
  kube.tokens = undefined;
  kube.seen = [];
});
afterAll(() => cluster.close());

const scenes = () => createKubeScene(cluster, aws);

/** A scene with one Secret that is in order, and two versions to choose from. */
async function synced(options = {}) {
  const scene = await scenes();
  await scene.put('token', 'canary-first');
  await scene.put('token', 'canary-second');
  await scene.apply('app', { data: [scene.ssm('token', 1)] });
  const controller = await scene.start(options);
  await scene.ready('app');
  return { scene, controller };
}

test('a watch that falls silent without an end is replaced', async () => {
  const { scene } = await synced();
  kube.silence();
  await scene.apply('app', { data: [scene.ssm('token', 2)] });
  scene.clock.advance(149_000);
  await sleep(20);
  expect(await scene.data('app')).toEqual({ token: 'canary-first' });
  await scene.ready('app', { advance: 1000 });
  expect(await scene.data('app')).toEqual({ token: 'canary-second' });
  expect(scene.logs.join('')).toContain('a watch was silent for 150 s');
});

test('bookmarks keep a quiet watch alive, and move its version on', async () => {
  const { scene } = await synced();
  const lists = () => kube.seen.filter(({ verb }) => verb === 'list').length;
  const before = lists();
  for (let minute = 0; minute < 3; minute += 1) {
    scene.clock.advance(60_000);
    kube.bookmark();
    await sleep(20);
  }
  expect(scene.logs.join('')).not.toContain('silent');
  // With the version of the bookmark, the past is not needed.
  kube.store.compact();
  kube.bookmark();
  kube.endWatches();
  await scene.apply('app', { data: [scene.ssm('token', 2)] });
  await scene.failed('app', 'Synced', { advance: 1000 });
  expect(await scene.data('app')).toEqual({ token: 'canary-second' });
  expect(lists()).toBe(before);
});

test('lists anew when the server has forgotten the version of the watch', async () => {
  const { scene } = await synced();
  kube.silence();
  await scene.apply('app', { data: [scene.ssm('token', 2)] });
  await scene.remove('secrets', 'app');
  kube.store.compact();
  scene.clock.advance(150_000);
  await scene.ready('app', { advance: 1000 });
  expect(await scene.data('app')).toEqual({ token: 'canary-second' });
  expect(
    kube.seen.filter(({ verb, resource }) => verb === 'list' && resource === 'coffersecrets')
      .length,
  ).toBeGreaterThan(1);
});

test('a conflict is tried again, and is no failure for people', async () => {
  const { scene, controller } = await synced();
  let left = 2;
  kube.decide = ({ verb, resource }) =>
    verb === 'patch' && resource === 'secrets' && (left -= 1) >= 0 ? 409 : undefined;
  await scene.apply('app', { data: [scene.ssm('token', 2)] });
  expect(await scene.ready('app', { advance: 500 })).toMatchObject({ reason: 'Synced' });
  expect(await scene.data('app')).toEqual({ token: 'canary-second' });
  expect(await controller.metric('reconciles_total', 'Conflict')).toBe(2);
});

test('a right that is missing in Kubernetes is named, and nothing else stops', async () => {
  const scene = await scenes();
  await scene.put('token', 'canary-value');
  kube.rules = rulesFor().map((rule) =>
    rule.resources.includes('secrets') ? { ...rule, verbs: ['get', 'patch'] } : rule,
  );
  await scene.apply('app', { data: [scene.ssm('token', 1)] });
  const controller = await scene.start();
  const condition = await scene.ready('app');
  expect(condition).toMatchObject({ status: 'False', reason: 'AccessDenied' });
  expect(condition.message).toContain('cannot create');
  kube.rules = rulesFor().filter(({ resources }) => !resources.includes('events'));
  await scene.failed('app', 'Synced', { advance: 1000 });
  await until(() => scene.logs.some((line) => line.includes('cannot write an event')) || undefined);
  expect(await controller.metric('kube_requests_total', '"403"')).toBeGreaterThan(0);
});

test('a right that is missing in AWS is named by action and resource', async () => {
  const control = controlOf(aws);
  const scene = await scenes();
  await scene.put('token', 'canary-value');
  await control.disturb({ rules: [{ action: 'ssm:GetParameters', deny: true }] });
  await scene.apply('app', { data: [scene.ssm('token', 1)] });
  await scene.start();
  const condition = await scene.ready('app');
  expect(condition).toMatchObject({ status: 'False', reason: 'AccessDenied' });
  expect(condition.message).toContain('ssm:GetParameters');
  expect(condition.message).toContain(scene.prefix);
  const events = await until(async () => {
    const found = await scene.events();
    return found.length > 0 ? found : undefined;
  });
  expect(events).toMatchObject([{ type: 'Warning', reason: 'AccessDenied' }]);
});

test('throttling by AWS waits longer each time, and passes', async () => {
  const control = controlOf(aws);
  const scene = await scenes();
  await scene.put('token', 'canary-value');
  await control.disturb({ rules: [{ action: 'ssm:GetParameters', perSecond: 0.0001 }] });
  await scene.apply('app', { data: [scene.ssm('token', 1)] });
  await scene.apply('b', { data: [scene.ssm('token', 1)] });
  const environment = { AWS_MAX_ATTEMPTS: '1' };
  const session = {
    endpoint: aws.endpoint,
    environment,
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'test' },
    concurrency: 8,
  };
  const controller = await scene.start({ session });
  await until(async () => (await controller.metric('secrets', 'Throttled')) > 0 || undefined);
  await fetch(`${aws.endpoint}/_sandbox/faults`, { method: 'DELETE' });
  for (const name of ['app', 'b']) await scene.failed(name, 'Synced', { advance: 1000 });
});

test('a role that AWS does not let it assume is RoleDenied; the namespace goes along as a tag', async () => {
  const asked: URLSearchParams[] = [];
  const sts = createServer((request, answer) => {
    void text(request).then((body) => {
      asked.push(new URLSearchParams(body));
      const error = '<Error><Code>AccessDenied</Code><Message>no</Message></Error>';
      answer.writeHead(403, { 'content-type': 'text/xml' });
      answer.end(`<ErrorResponse>${error}</ErrorResponse>`);
    });
  });
  sts.listen(0, '127.0.0.1');
  await once(sts, 'listening');
  onTestFinished(() => void sts.close());
  const scene = await scenes();
  await scene.put('token', 'canary-value');
  const roleArn = 'arn:aws:iam::111122223333:role/shop';
  await scene.apply('app', { data: [scene.ssm('token', 1)], roleArn });
  const { port } = sts.address() as AddressInfo;
  await scene.start({
    limits: { allowedRoles: [roleArn], requiredPrefix: undefined },
    session: {
      credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'test' },
      concurrency: 8,
      environment: {
        AWS_ENDPOINT_URL: aws.endpoint,
        AWS_ENDPOINT_URL_STS: `http://127.0.0.1:${port}`,
      },
    },
  });
  expect(await scene.ready('app')).toMatchObject({ status: 'False', reason: 'RoleDenied' });
  expect(Object.fromEntries(asked[0] ?? [])).toMatchObject({
    Action: 'AssumeRole',
    RoleArn: roleArn,
    'Tags.member.1.Key': 'kubernetes-namespace',
    'Tags.member.1.Value': scene.namespace,
  });
});

test('with --all-namespaces it serves each namespace', async () => {
  const [one, other] = [await scenes(), await scenes()];
  for (const scene of [one, other]) {
    await scene.put('token', `canary-${scene.namespace}`);
    await scene.apply('app', { data: [scene.ssm('token', 1)] });
  }
  await one.start({ namespaces: undefined });
  for (const scene of [one, other]) {
    expect(await scene.ready('app')).toMatchObject({ status: 'True' });
    expect(await scene.data('app')).toEqual({ token: `canary-${scene.namespace}` });
  }
});

test('with --watch-secrets it repairs a Secret at once, and sees no values', async () => {
  kube.rules = rulesFor({ watchesSecrets: true });
  const { scene } = await synced({ watchesSecrets: true });
  await until(() => kube.watches('secrets') > 0 || undefined);
  await scene.edit('secrets', 'app', { data: { token: 'YmFk' } });
  await until(async () => (await scene.data('app'))?.['token'] === 'canary-first' || undefined);
  await scene.remove('secrets', 'app');
  await until(async () => (await scene.data('app'))?.['token'] === 'canary-first' || undefined);
  const ofMany = kube.seen.filter(
    ({ resource, verb }) => resource === 'secrets' && ['list', 'watch'].includes(verb),
  );
  expect(new Set(ofMany.map(({ isPartial }) => isPartial))).toEqual(new Set([true]));
});

test('replaces the pods of a workload once for each change of the pins', async () => {
  kube.rules = rulesFor({ mayRestart: true });
  const scene = await scenes();
  await scene.put('token', 'canary-first');
  await scene.put('token', 'canary-second');
  await scene.create('Deployment', { metadata: { name: 'api' }, spec: { replicas: 1 } });
  const restart = [{ kind: 'Deployment' as const, name: 'api' }];
  await scene.apply('app', { data: [scene.ssm('token', 1)], restart });
  const controller = await scene.start({ resyncMs: 1000 });
  await scene.ready('app');
  const patches = () => kube.seen.filter(({ resource }) => resource === 'deployments').length;
  expect(patches()).toBe(1);
  await scene.apply('app', { data: [scene.ssm('token', 2)], restart });
  await scene.ready('app');
  const done = await controller.metric('reconciles_total');
  scene.clock.advance(1000);
  await until(async () => (await controller.metric('reconciles_total')) > done || undefined);
  expect(patches()).toBe(2);
  const { status } = await scene.resource('app');
  const deployment = kube.store.get({
    plural: 'deployments',
    namespace: scene.namespace,
    name: 'api',
  });
  expect(deployment).toMatchObject({
    spec: { template: { metadata: { annotations: { 'coffer.dev/pins-app': status?.pins } } } },
  });
});

test('reads its token again when the API server refuses the old one', async () => {
  const { folder } = await createWorkspace({ token: 'old' });
  const file = `${folder}/token`;
  kube.tokens = new Set(['old']);
  const scene = await scenes();
  await scene.put('token', 'canary-value');
  await scene.start({
    kube: { ...cluster.config, namespace: scene.namespace, token: { file } },
  });
  await until(() => kube.watches('coffersecrets') > 0 || undefined);
  await writeFile(file, 'new');
  kube.tokens = new Set(['new']);
  await scene.apply('app', { data: [scene.ssm('token', 1)] });
  expect(await scene.ready('app', { advance: 100 })).toMatchObject({ reason: 'Synced' });
});

test('stops working when it cannot renew the Lease, and goes on when it can', async () => {
  const { scene, controller } = await synced();
  kube.decide = ({ resource }) => (resource === 'leases' ? 500 : undefined);
  for (let second = 0; second < 12; second += 1) {
    scene.clock.advance(1000);
    await sleep(5);
  }
  expect(await controller.metric('leader')).toBe(0);
  await scene.apply('app', { data: [scene.ssm('token', 2)] });
  await sleep(20);
  expect(await scene.data('app')).toEqual({ token: 'canary-first' });
  kube.decide = () => undefined;
  await scene.failed('app', 'Synced', { advance: 1000 });
  expect(await scene.data('app')).toEqual({ token: 'canary-second' });
});

test('ends the same wherever it dies', async () => {
  const scene = await scenes();
  await scene.put('token', 'canary-value');
  let deaths = 0;
  for (const fate of ['cut before', 'cut after'] as const) {
    for (let last = 1, isDead = true; isDead; last += 1) {
      const told = (await scene.events()).length;
      let count = 0;
      isDead = false;
      // This request, or its answer, is the last of this controller: nothing more of it arrives.
      kube.decide = ({ verb, resource }) => {
        if (resource === 'leases' || verb === 'list' || verb === 'watch') return undefined;
        count += 1;
        if (count < last) return undefined;
        isDead = true;
        return count === last ? fate : 'cut before';
      };
      await scene.apply('app', { data: [scene.ssm('token', 1)] });
      const doomed = await scene.start();
      await until(async () => isDead || (await scene.events()).length > told || undefined);
      await doomed.stop();
      kube.decide = () => undefined;
      if (isDead) deaths += 1;
      const next = await scene.start();
      const end = await scene.failed('app', 'Synced', { advance: 1000 });
      expect(end).toMatchObject({ status: 'True' });
      expect(await scene.data('app')).toEqual({ token: 'canary-value' });
      await next.stop();
      await scene.remove('cofferSecrets', 'app');
      await scene.remove('secrets', 'app');
    }
  }
  // Reading the Secret, writing it, the status and an event: each before and after.
  expect(deaths).toBe(8);
});

test('asks for nothing that its Role does not allow', async () => {
  await synced();
  const asked = new Set(
    kube.seen.filter(({ resource }) => resource === 'secrets').map(({ verb }) => verb),
  );
  expect([...asked].toSorted()).toEqual(['get', 'patch']);
});
