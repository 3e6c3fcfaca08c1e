import { DeleteParameterCommand } from '@aws-sdk/client-ssm';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createKubeClient } from '../../../src/controller/kube/client.ts';
import { hasStatus } from '../../../src/controller/kube/errors.ts';
import { pathOf } from '../../../src/controller/kube/model.ts';
import { pinsOf, type CofferSecretSpec } from '../../../src/formats/coffer-secret.ts';
import { put } from '../../../src/actions/put.ts';
import { digestOf } from '../../../src/crypto/pointer.ts';
import { useAws } from '../aws.ts';
import { byLength } from '../length.ts';
import { materials, writeOlder } from '../older-writer.ts';
import { secretsIn } from '../secrets-manager.ts';
import { createTools } from '../tools.ts';
import type { Cluster } from './cluster.ts';
import { createKubeScene, until } from './scene.ts';

/** For what a real API server takes long to do, on a busy machine. */
const PATIENCE_MS = byLength(30_000, 180_000);

/** What the controller promises, whatever API server it talks to. */
export async function controllerSuite(startCluster: () => Promise<Cluster>): Promise<void> {
  const aws = await useAws();
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster.close());
  const scenes = () => createKubeScene(cluster, aws);

  test('makes a Secret of pinned versions, owned by its CofferSecret', async () => {
    const scene = await scenes();
    await scene.put('token', 'canary-first');
    const version = await scene.put('token', 'canary-second');
    await scene.put('token', 'canary-third');
    await scene.apply('app', {
      data: [scene.ssm('token', 1, 'OLD'), scene.ssm('token', version, 'password')],
      type: 'kubernetes.io/basic-auth',
      labels: { team: 'shop' },
      annotations: { note: 'by coffer' },
    });
    await scene.start();
    expect(await scene.ready('app')).toMatchObject({ status: 'True', reason: 'Synced' });
    expect(await scene.data('app')).toEqual({ OLD: 'canary-first', password: 'canary-second' });
    const { metadata, spec, status } = await scene.resource('app');
    expect(status).toMatchObject({
      secretName: 'app',
      keys: 2,
      pins: pinsOf(spec),
      syncedAt: expect.any(String) as unknown,
    });
    const secret = await scene.secret('app');
    expect(secret).toMatchObject({ type: 'kubernetes.io/basic-auth' });
    expect(secret?.metadata.labels).toMatchObject({ team: 'shop' });
    expect(secret?.metadata.annotations).toMatchObject({ note: 'by coffer' });
    expect(secret?.metadata.ownerReferences).toMatchObject([{ uid: metadata.uid }]);
    const events = await until(async () => {
      const found = await scene.events();
      return found.length > 0 ? found : undefined;
    });
    expect(events).toMatchObject([{ reason: 'Synced', type: 'Normal' }]);
  });

  test('a changed pin changes the Secret, and a rollback brings the old values back', async () => {
    const scene = await scenes();
    await scene.put('token', 'canary-first');
    await scene.put('token', 'canary-second');
    await scene.put('other', 'canary-more');
    await scene.apply('app', { data: [scene.ssm('token', 1), scene.ssm('other', 1)] });
    await scene.start();
    await scene.ready('app');
    await scene.apply('app', { data: [scene.ssm('token', 2)] });
    await scene.ready('app');
    expect(await scene.data('app')).toEqual({ token: 'canary-second' });
    await scene.apply('app', { data: [scene.ssm('token', 1)] });
    await scene.ready('app');
    expect(await scene.data('app')).toEqual({ token: 'canary-first' });
  });

  test('changes labels and the deletion policy without a call to AWS', async () => {
    const scene = await scenes();
    await scene.put('token', 'canary-value');
    const data = [scene.ssm('token', 1)];
    await scene.apply('app', { data, labels: { a: '1', b: '2' } });
    const controller = await scene.start();
    await scene.ready('app');
    const calls = await controller.metric('aws_calls_total');
    await scene.apply('app', { data, labels: { b: '3' }, deletionPolicy: 'Retain' });
    await scene.ready('app');
    const secret = await scene.secret('app');
    expect(secret?.metadata.labels).toMatchObject({ b: '3' });
    expect(secret?.metadata.labels).not.toHaveProperty('a');
    expect(secret?.metadata.ownerReferences ?? []).toEqual([]);
    expect(await scene.data('app')).toEqual({ token: 'canary-value' });
    expect(await controller.metric('aws_calls_total')).toBe(calls);
  });

  test(
    'resyncs and a restart make no call to AWS',
    async () => {
      const scene = await scenes();
      await scene.put('token', 'canary-value');
      for (const name of ['a', 'b', 'c'])
        await scene.apply(name, { data: [scene.ssm('token', 1)] });
      const first = await scene.start({ resyncMs: 1000 });
      for (const name of ['a', 'b', 'c']) await scene.ready(name);
      const calls = await first.metric('aws_calls_total');
      expect(calls).toBe(3);
      const before = await scene.resource('a');
      for (let round = 1; round <= byLength(10, 100); round += 1) {
        const done = await first.metric('reconciles_total');
        scene.clock.advance(1000);
        await until(async () => (await first.metric('reconciles_total')) >= done + 3);
      }
      expect(await first.metric('aws_calls_total')).toBe(calls);
      expect((await scene.resource('a')).metadata.resourceVersion).toBe(
        before.metadata.resourceVersion,
      );
      await first.stop();
      const second = await scene.start();
      await until(async () => (await second.metric('reconciles_total', 'Synced')) >= 3);
      expect(await second.metric('aws_calls_total')).toBe(0);
    },
    PATIENCE_MS,
  );

  test('repairs a Secret that somebody edited or deleted, and leaves keys that others added', async () => {
    const scene = await scenes();
    await scene.put('token', 'canary-value');
    await scene.apply('app', { data: [scene.ssm('token', 1)] });
    const controller = await scene.start({ resyncMs: 1000 });
    await scene.ready('app');
    await scene.edit('secrets', 'app', { data: { extra: 'bW9yZQ==' } });
    const calls = await controller.metric('aws_calls_total');
    const done = await controller.metric('reconciles_total');
    scene.clock.advance(1000);
    await until(async () => (await controller.metric('reconciles_total')) > done);
    expect(await controller.metric('aws_calls_total')).toBe(calls);
    await scene.edit('secrets', 'app', { data: { token: 'YmFk' } });
    await until(async () => {
      scene.clock.advance(1000);
      return (await scene.data('app'))?.['token'] === 'canary-value' || undefined;
    });
    expect(await scene.data('app')).toEqual({ token: 'canary-value', extra: 'more' });
    await scene.remove('secrets', 'app');
    await until(async () => {
      scene.clock.advance(1000);
      return (await scene.data('app')) !== undefined || undefined;
    });
    expect(await scene.data('app')).toEqual({ token: 'canary-value' });
  });

  test('takes no Secret that others made, nor one that others took', async () => {
    const scene = await scenes();
    await scene.put('token', 'canary-value');
    const data = { token: 'dGhlaXJz' };
    await scene.create('secrets', { metadata: { name: 'app' }, type: 'Opaque', data });
    await scene.apply('app', { data: [scene.ssm('token', 1)] });
    await scene.apply('twin', { data: [scene.ssm('token', 1)], secretName: 'mine' });
    const controller = await scene.start({ resyncMs: 1000 });
    expect(await scene.ready('app')).toMatchObject({ status: 'False', reason: 'NotOurs' });
    expect(await scene.data('app')).toEqual({ token: 'theirs' });
    expect(await controller.metric('secrets', 'NotOurs')).toBe(1);
    await scene.ready('twin');
    await scene.edit('secrets', 'mine', {
      metadata: { labels: { 'app.kubernetes.io/managed-by': 'helm' } },
      data,
    });
    await scene.failed('twin', 'NotOurs', { advance: 1000 });
    expect(await scene.data('mine')).toEqual({ token: 'theirs' });
    await scene.remove('secrets', 'app');
    await scene.failed('app', 'Synced', { advance: 1000 });
    expect(await scene.data('app')).toEqual({ token: 'canary-value' });
  });

  test('keeps the last good Secret when a version is gone or younger than its pin', async () => {
    const scene = await scenes();
    await scene.put('token', 'canary-value');
    const pinnedAt = new Date().toISOString();
    const data = [scene.ssm('token', 1)];
    await scene.apply('app', { data }, { 'coffer.dev/pinned-at': pinnedAt });
    await scene.start({ resyncMs: 1000 });
    await scene.ready('app');
    await scene.apply('app', { data: [scene.ssm('token', 7)] });
    const gone = await scene.ready('app');
    expect(gone).toMatchObject({ status: 'False', reason: 'VersionNotFound' });
    expect(gone.message).toContain(`version 7 of ${scene.prefix}token`);
    expect(await scene.data('app')).toEqual({ token: 'canary-value' });
    expect((await scene.resource('app')).status).toMatchObject({ keys: 1, secretName: 'app' });
    // Somebody deleted the parameter and made another one, long after the pin.
    await aws.ssm
      .send(new DeleteParameterCommand({ Name: `${scene.prefix}other` }))
      .catch(() => {});
    await scene.put('other', 'canary-another');
    const old = new Date(Date.now() - 3_600_000).toISOString();
    await scene.apply('app', { data: [scene.ssm('other', 1)] }, { 'coffer.dev/pinned-at': old });
    await scene.failed('app', 'VersionReplaced', { advance: 1000 });
    expect(await scene.data('app')).toEqual({ token: 'canary-value' });
    const now = new Date().toISOString();
    await scene.apply('app', { data: [scene.ssm('other', 1)] }, { 'coffer.dev/pinned-at': now });
    await scene.failed('app', 'Synced');
    expect(await scene.data('app')).toEqual({ other: 'canary-another' });
  });

  test('follows a pointer to the pinned object, and to no other', async () => {
    const scene = await scenes();
    const { tools } = createTools(aws);
    const bytes = Buffer.alloc(9000, 'large ');
    const name = `${scene.prefix}keystore`;
    const target = { path: name, bucket: aws.bucket, kmskey: aws.kmskey };
    const { url } = await put(tools, Readable.from([bytes]), target);
    const object = digestOf(url);
    const pin = { key: 'keystore', ssm: { name, version: 1, object } };
    await scene.apply('app', { data: [pin] });
    await scene.apply('bad', {
      data: [{ ...pin, ssm: { ...pin.ssm, object: createHash('sha256').digest('hex') } }],
    });
    await scene.start();
    expect(await scene.ready('app')).toMatchObject({ reason: 'Synced' });
    expect((await scene.data('app'))?.['keystore']).toBe(bytes.toString());
    expect(await scene.ready('bad')).toMatchObject({ status: 'False', reason: 'PointerChanged' });
    expect(await scene.secret('bad')).toBeUndefined();
  });

  test('follows no pointer to an older object of another parameter', async () => {
    const scene = await scenes();
    const older = { ...materials(2, aws.kmskey), path: `/${aws.unique('prod')}/db` };
    const [mine, own] = [`${scene.prefix}mine`, `${scene.prefix}own`];
    await writeOlder(aws, Buffer.from('canary-prod'), { ...older, parameter: mine });
    await writeOlder(aws, Buffer.from('canary-own'), { ...older, path: own });
    await scene.apply('bad', { data: [{ key: 'db', ssm: { name: mine, version: 1 } }] });
    await scene.apply('app', { data: [{ key: 'db', ssm: { name: own, version: 1 } }] });
    await scene.start();
    expect(await scene.ready('bad')).toMatchObject({ status: 'False', reason: 'PointerChanged' });
    expect(await scene.secret('bad')).toBeUndefined();
    expect(await scene.ready('app')).toMatchObject({ reason: 'Synced' });
    expect(await scene.data('app')).toEqual({ db: 'canary-own' });
  });

  test.each<[string, Partial<CofferSecretSpec>]>([
    ['a token of a ServiceAccount', { type: 'kubernetes.io/service-account-token' }],
    ['a token of a bootstrap', { type: 'bootstrap.kubernetes.io/token' }],
    ['the release of a package', { type: 'helm.sh/release.v1' }],
    [
      'an annotation that Kubernetes obeys',
      { annotations: { 'kubernetes.io/service-account.name': 'default' } },
    ],
    ['a workload in another folder', { restart: [{ kind: 'Deployment', name: '..' }] }],
  ])('makes a Secret of values alone, not %s', async (_, more) => {
    const scene = await scenes();
    await scene.put('token', 'canary-value');
    const refusal = await scene.apply('bad', { data: [scene.ssm('token', 1)], ...more }).then(
      () => undefined,
      (error: unknown) => error,
    );
    // A real API server holds to the schema; ours is as one with an older schema.
    expect(hasStatus(refusal, 422)).toBe(cluster.fake === undefined);
    if (cluster.fake) {
      await scene.start();
      expect(await scene.ready('bad')).toMatchObject({ status: 'False', reason: 'Refused' });
    }
    expect(await scene.secret('bad')).toBeUndefined();
  });

  test('reads versions of Secrets Manager, whole or one property', async () => {
    const scene = await scenes();
    const secretId = aws.unique('prod/shop');
    const { client } = secretsIn(aws);
    const { VersionId: versionId = '' } = await client.send(
      new CreateSecretCommand({ Name: secretId, SecretString: '{"user":"u","password":"p"}' }),
    );
    const pin = (key: string, property?: string) => ({
      key,
      secretsManager: { secretId, versionId, ...(property && { property }) },
    });
    await scene.apply('app', { data: [pin('all'), pin('password', 'password')] });
    await scene.apply('bad', { data: [pin('nothing', 'nothing')] });
    await scene.start();
    expect(await scene.ready('app')).toMatchObject({ reason: 'Synced' });
    expect(await scene.data('app')).toEqual({
      all: '{"user":"u","password":"p"}',
      password: 'p',
    });
    expect(await scene.ready('bad')).toMatchObject({ reason: 'VersionNotFound' });
  });

  test('reads nothing outside of the required prefix, and assumes no role that is not allowed', async () => {
    const scene = await scenes();
    await scene.put('token', 'canary-value');
    // Another account's role would read another account's parameters.
    const [account] = /(?<=:)\d{12}(?=:)/.exec(await aws.createKey()) ?? [];
    const roleArn = `arn:aws:iam::${account}:role/shop`;
    await scene.apply('app', { data: [scene.ssm('token', 1)] });
    await scene.apply('role', { data: [scene.ssm('token', 1)], roleArn });
    const limits = { allowedRoles: [], requiredPrefix: '/apps/{namespace}' };
    const first = await scene.start({ limits });
    expect(await scene.ready('app')).toMatchObject({ status: 'False', reason: 'AccessDenied' });
    expect(await scene.ready('role')).toMatchObject({ status: 'False', reason: 'RoleDenied' });
    expect(await first.metric('aws_calls_total')).toBe(0);
    await first.stop();
    const allowedRoles = [`arn:aws:iam::${account}:role/*`];
    const second = await scene.start({ limits: { allowedRoles, requiredPrefix: scene.prefix } });
    await scene.failed('app', 'Synced');
    await scene.failed('role', 'Synced');
    expect(await second.metric('aws_calls_total', 'sts')).toBe(1);
  });

  test('an immutable Secret is refused its change, and says so', async () => {
    const scene = await scenes();
    await scene.put('token', 'canary-first');
    await scene.put('token', 'canary-second');
    await scene.apply('app', { data: [scene.ssm('token', 1)] });
    await scene.start();
    await scene.ready('app');
    await scene.edit('secrets', 'app', { immutable: true });
    await scene.apply('app', { data: [scene.ssm('token', 2)] });
    expect(await scene.ready('app')).toMatchObject({ status: 'False', reason: 'Refused' });
    expect(await scene.data('app')).toEqual({ token: 'canary-first' });
  });

  test('its Role lets it neither list, watch, update nor delete Secrets', async () => {
    const scene = await scenes();
    const client = createKubeClient(cluster.config, { clock: scene.clock });
    onTestFinished(client.close);
    const body = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'app' } };
    await scene.create('secrets', body);
    const [all, one] = [undefined, 'app'].map((name) => pathOf('secrets', scene.namespace, name));
    for (const [path = '', request] of [
      [all, {}],
      [all, { query: { watch: 'true' } }],
      [one, { method: 'PUT', body }],
      [one, { method: 'DELETE' }],
    ] as const) {
      await expect(client.request(path, request)).rejects.toMatchObject({ status: 403 });
    }
    expect(await client.request(one ?? '')).toMatchObject({ kind: 'Secret' });
  });

  test('a second replica waits, and takes over when the first one stops', async () => {
    const scene = await scenes();
    await scene.put('token', 'canary-value');
    const first = await scene.start();
    await until(async () => (await first.metric('leader')) === 1);
    const second = await scene.start();
    await until(async () => (await fetch(`${second.url}/readyz`)).ok);
    await scene.apply('app', { data: [scene.ssm('token', 1)] });
    await scene.ready('app');
    expect(await second.metric('leader')).toBe(0);
    expect(await second.metric('reconciles_total')).toBe(0);
    await first.stop();
    await until(async () => {
      scene.clock.advance(1000);
      return (await second.metric('leader')) === 1 || undefined;
    });
    await scene.apply('late', { data: [scene.ssm('token', 1)] });
    expect(await scene.ready('late')).toMatchObject({ reason: 'Synced' });
  });

  test(
    'goes on when the API server was away',
    async () => {
      const scene = await scenes();
      await scene.put('token', 'canary-first');
      await scene.put('token', 'canary-second');
      await scene.apply('app', { data: [scene.ssm('token', 1)] });
      await scene.start();
      await scene.ready('app');
      await cluster.restart();
      await scene.apply('app', { data: [scene.ssm('token', 2)] });
      await scene.ready('app', { advance: 1000 });
      await scene.failed('app', 'Synced', { advance: 1000 });
      expect(await scene.data('app')).toEqual({ token: 'canary-second' });
    },
    PATIENCE_MS,
  );

  test(
    'makes many Secrets at once',
    async () => {
      const scene = await scenes();
      await scene.put('token', 'canary-value');
      const names = Array.from({ length: byLength(40, 200) }, (_, index) => `app-${index}`);
      for (const name of names) await scene.apply(name, { data: [scene.ssm('token', 1)] });
      const controller = await scene.start();
      await until(async () => (await controller.metric('secrets', 'Synced')) === names.length);
      for (const name of [names[0] ?? '', names.at(-1) ?? '']) {
        expect(await scene.data(name)).toEqual({ token: 'canary-value' });
      }
    },
    PATIENCE_MS,
  );
}
