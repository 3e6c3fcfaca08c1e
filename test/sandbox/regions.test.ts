import { CreateAliasCommand, CreateKeyCommand, ReplicateKeyCommand } from '@aws-sdk/client-kms';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import type { BootstrapReport } from '../../src/actions/bootstrap.ts';
import type { DoctorReport } from '../../src/actions/doctor.ts';
import { REGION, useAws } from '../support/aws.ts';
import { controlOf } from '../support/control.ts';
import { BLOB, OTHER, REGIONS, useRegions } from '../support/regions.ts';
import { callerEnv, policiesOf } from '../support/policies.ts';
import { expectReport } from '../support/reports.ts';
import type { Scene } from '../support/scene.ts';
import { storedIn } from '../support/stored.ts';

const aws = await useAws();
const { createApp, objectsIn, bucketIn } = await useRegions(aws);
const { callsOf, disturb } = controlOf(aws);

type Env = Readonly<Record<string, string>>;

async function createEncrypted(env: Env = {}) {
  const app = await createApp();
  await app.succeed(['encrypt', 'app.yml'], { env });
  const names = ['blob', 'token', 'version'].map((name) => app.prefix + name);
  return { ...app, names };
}

/** Every parameter of the app in a region, with its version. */
async function versionsIn(region: string, prefix: string) {
  const found = await storedIn(aws, region).parameters(prefix);
  return Object.fromEntries([...found].map(([name, { Version }]) => [name, Version]));
}

const COMPLETE = { blob: 1, token: 1, version: 1 };

const denyDecrypt = () =>
  disturb({ rules: [{ action: 'kms:Decrypt', deny: true, accessKeyId: 'AKIACI' }] });

/** A multi-Region file key, and its environment. */
async function createReplicable() {
  const { KeyMetadata } = await aws.kms.send(new CreateKeyCommand({ MultiRegion: true }));
  const KeyId = KeyMetadata?.KeyId ?? '';
  const AliasName = `alias/${aws.unique('replicable')}`;
  await aws.kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: KeyId }));
  return { KeyId, env: { COFFER_KEY_ALIAS: AliasName } };
}

describe('a region that fails does not stop the others:', () => {
  test('half-way, with exit code 4; the next sync finishes', async () => {
    const app = await createEncrypted();
    await disturb({ rules: [{ action: 's3:PutObject', region: OTHER, deny: true }] });
    const { code, stdout, stderr } = await app.coffer(['sync', 'app.yml', '--yes', '--json']);
    expect(code).toBe(4);
    const report = expectReport('sync', stdout.toString());
    expect(report).toMatchObject({
      regions: [
        { region: REGION, done: app.names, failed: [], left: [] },
        { region: OTHER, done: app.names.slice(1), failed: [{ name: app.names[0] }], left: [] },
      ],
    });
    expect(stderr).toContain(`${app.names[0]} in ${OTHER}: `);
    expect(stderr).toContain('5 done, 1 failed, 0 not started');
    expect(await versionsIn(REGION, app.prefix)).toEqual(COMPLETE);
    expect(await objectsIn(OTHER, app.prefix)).toEqual([]);

    await disturb({});
    await app.succeed(['sync', 'app.yml', '--yes']);
    for (const region of REGIONS) expect(await versionsIn(region, app.prefix)).toEqual(COMPLETE);
    await app.succeed(['diff', 'app.yml', '--exit-code']);
  });

  test.each(REGIONS)('%s, which cannot be read: it is named, and left', async (broken) => {
    const app = await createEncrypted();
    const well = broken === REGION ? OTHER : REGION;
    await disturb({ rules: [{ action: 'ssm:*', region: broken, deny: true }] });
    const { code, stdout, stderr } = await app.coffer(['sync', 'app.yml', '--yes', '--json']);
    expect(code).toBe(4);
    expect(expectReport('sync', stdout.toString())).toMatchObject({
      regions: [
        { region: well, done: app.names, failed: [], left: [] },
        { region: broken, done: [], left: app.names, error: { code: 'denied' } },
      ],
      versions: { [`${app.prefix}token`]: 1 },
    });
    expect(stderr).toContain(`${broken}: ssm:`);
    expect(stderr).toContain('nothing is written there');

    // A comparison that leaves out a region would look like no difference.
    for (const args of [['diff'], ['sync', '--dry-run']]) {
      const compared = await app.coffer([...args, 'app.yml']);
      expect([compared.code, compared.stderr]).toEqual([1, expect.stringContaining(broken)]);
    }
    await disturb({});
    await app.succeed(['sync', 'app.yml', '--yes']);
    expect(await versionsIn(broken, app.prefix)).toEqual(COMPLETE);
  });

  test('deletes wait for the writes of their own region', async () => {
    const app = await createEncrypted();
    for (const region of REGIONS) await storedIn(aws, region).put(`${app.prefix}old`, 'x');
    await disturb({ rules: [{ action: 'ssm:PutParameter', region: OTHER, deny: true }] });
    const { code } = await app.coffer(['sync', 'app.yml', '--prune', '--yes']);
    expect(code).toBe(4);
    expect(await versionsIn(REGION, app.prefix)).toEqual(COMPLETE);
    expect(await versionsIn(OTHER, app.prefix)).toEqual({ old: 1 });
  });

  test('nuke and save', async () => {
    const app = await createEncrypted();
    await disturb({ rules: [{ action: 'ssm:PutParameter', region: REGION, deny: true }] });
    const saved = await app.coffer(['save', 'app.yml', '--json']);
    expect(saved.code).toBe(4);
    expect(expectReport('save', saved.stdout.toString())).toMatchObject({
      regions: [
        { region: REGION, done: [] },
        { region: OTHER, done: app.names },
      ],
    });
    await disturb({ rules: [{ action: 'ssm:DeleteParameters', region: REGION, deny: true }] });
    const nuked = await app.coffer(['nuke', 'app.yml', '--yes', '--json']);
    expect(nuked.code).toBe(4);
    expect(nuked.stderr).toContain(`${app.names[0]} in ${REGION}: `);
    expect(await versionsIn(OTHER, app.prefix)).toEqual({});
  });
});

test('two regions take one kms:Decrypt for each data key, and the rest once each', async () => {
  const app = await createEncrypted();
  const synced = await callsOf(() => app.succeed(['sync', 'app.yml', '--yes']));
  expect(synced).toEqual({
    // One for the values, one to carry the blob's data key to the other region.
    'kms:Decrypt': 2,
    'kms:ReEncrypt': 1,
    'kms:Encrypt': 1,
    'kms:DescribeKey': 2,
    'ssm:DescribeParameters': 2,
    'ssm:GetParameters': 2,
    'ssm:PutParameter': 6,
    's3:HeadObject': 4,
    's3:PutObject': 2,
  });
  const read = {
    'kms:Decrypt': 1,
    'kms:DescribeKey': 2,
    'ssm:DescribeParameters': 2,
    'ssm:GetParameters': 2,
    's3:HeadObject': 2,
  };
  expect(await callsOf(() => app.succeed(['sync', 'app.yml', '--yes']))).toEqual(read);
  expect(await callsOf(() => app.succeed(['diff', 'app.yml', '--exit-code']))).toEqual(read);
});

describe('the printed policies are enough, in every region:', () => {
  const ACCOUNT = '111122223333';
  const policies = policiesOf(aws);

  /** Prints the policy of a role for a manifest, and gives it to a caller of its own. */
  async function asRole(app: Scene, role: string, env: Env = {}) {
    const args = ['policy', 'app.yml', '--for', role, '--account', ACCOUNT];
    const { stdout, stderr } = await app.succeed(args, { env });
    const caller = `AKIA${aws.unique(role)}`;
    await policies.put(caller, JSON.parse(stdout.toString()) as object);
    return { env: { ...env, ...callerEnv(caller) }, stderr };
  }

  test('ci syncs, ci-diff compares, admin deletes', async () => {
    const app = await createEncrypted();
    const ci = await asRole(app, 'ci');
    await app.succeed(['sync', 'app.yml', '--yes'], ci);
    for (const region of REGIONS) expect(await versionsIn(region, app.prefix)).toEqual(COMPLETE);
    const differ = await asRole(app, 'ci-diff');
    await app.succeed(['diff', 'app.yml', '--exit-code'], differ);
    const reader = await asRole(app, 'reader');
    await app.succeed(['get', `${app.prefix}blob`, '--region', OTHER], reader);
    const admin = await asRole(app, 'admin');
    await app.succeed(['nuke', 'app.yml', '--yes'], admin);
    await app.succeed(['gc', 'app.yml', '--dry-run'], admin);
  });

  test('ci-no-decrypt says where it cannot publish objects', async () => {
    const app = await createEncrypted();
    const { env, stderr } = await asRole(app, 'ci-no-decrypt');
    expect(stderr).toContain(
      `app.yml in ${OTHER}: without kms:Decrypt, sync cannot write new objects`,
    );
    const args = ['sync', 'app.yml', '--no-decrypt', '--yes'];
    expect((await app.coffer(args, { env })).code).toBe(4);
    expect(await objectsIn(REGION, app.prefix)).toHaveLength(1);
    expect(await objectsIn(OTHER, app.prefix)).toEqual([]);
  });

  test('ci-no-decrypt publishes objects everywhere under replicas of the file key', async () => {
    const replicable = await createReplicable();
    const { KeyId } = replicable;
    await aws.kms.send(new ReplicateKeyCommand({ KeyId, ReplicaRegion: OTHER }));
    const app = await createEncrypted(replicable.env);
    const { env, stderr } = await asRole(app, 'ci-no-decrypt', replicable.env);
    expect(stderr).not.toContain('new objects');
    await app.coffer(['sync', 'app.yml', '--no-decrypt', '--yes'], { env });
    for (const region of REGIONS) expect(await objectsIn(region, app.prefix)).toHaveLength(1);
  });
});

/** What doctor says of each region, where the bucket and kmskey are in these states. */
const stateOf = (bucket: string, kmskey: string) =>
  Object.fromEntries(
    REGIONS.flatMap((region) => [
      [`bucket in ${region}`, bucket],
      [`object list in ${region}`, bucket],
      [`kmskey in ${region}`, kmskey],
      ...['parameters', 'listing'].map((what) => [`${what} in ${region}`, 'ok']),
    ]),
  ) as object;

test('doctor looks at each region, and bootstrap makes what one lacks', async () => {
  const app = await createEncrypted();
  const text = await app.text('app.yml');
  await app.write('app.yml', text.replace(/bucket: .*/, `bucket: ${aws.unique('made')}-{region}`));
  const states = async () => {
    const { stdout } = await app.coffer(['doctor', 'app.yml', '--json']);
    const { findings } = expectReport('doctor', stdout.toString()) as DoctorReport;
    const there = findings.filter(({ topic }) => topic.includes(' in '));
    return Object.fromEntries(there.map(({ topic, state }) => [topic, state]));
  };
  expect(await states()).toMatchObject(stateOf('fail', 'warn'));
  const { stdout } = await app.succeed(['bootstrap', 'app.yml', '--yes', '--json']);
  const { steps } = expectReport('bootstrap', stdout.toString()) as BootstrapReport;
  const made = steps.filter(({ what, state }) => what === 'bucket' && state === 'done');
  expect(made.map(({ region }) => region)).toEqual(REGIONS);
  expect(await states()).toMatchObject(stateOf('ok', 'ok'));
});

test('the account is asked for once', async () => {
  const app = await createApp();
  await app.write('app.yml', `account: "111122223333"\n${await app.text('app.yml')}`);
  await app.succeed(['encrypt', 'app.yml']);
  const calls = await callsOf(() => app.succeed(['sync', 'app.yml', '--yes']));
  expect(calls).toMatchObject({ 'sts:GetCallerIdentity': 1, 'ssm:PutParameter': 6 });
  await app.write('app.yml', (await app.text('app.yml')).replace('111122223333', '444455556666'));
  const { code, stderr } = await app.coffer(['nuke', 'app.yml', '--yes']);
  expect([code, stderr]).toEqual([1, expect.stringContaining('nothing is read or written')]);
  expect(await versionsIn(OTHER, app.prefix)).toEqual(COMPLETE);
});

describe('without kms:Decrypt', () => {
  const CI = { AWS_ACCESS_KEY_ID: 'AKIACI' };
  const args = ['sync', 'app.yml', '--no-decrypt', '--yes', '--json'];

  test('objects reach the region of the file key; the others are left', async () => {
    const app = await createEncrypted();
    await denyDecrypt();
    const { code, stdout, stderr } = await app.coffer(args, { env: CI });
    expect(code).toBe(4);
    const [blob, token, version] = app.names;
    expect(expectReport('sync', stdout.toString())).toMatchObject({
      regions: [
        { region: REGION, done: [blob, version], left: [token] },
        { region: OTHER, done: [version], left: [blob, token] },
      ],
    });
    expect(stderr).toMatch(/! blob +4\.9 KiB in S3, its file key in another region/);
  });

  test('objects reach every region that has a replica of the file key', async () => {
    const { KeyId, env } = await createReplicable();
    await aws.kms.send(new ReplicateKeyCommand({ KeyId, ReplicaRegion: OTHER }));
    const app = await createEncrypted(env);
    await denyDecrypt();
    const calls = await callsOf(async () => {
      const { stdout } = await app.coffer(args, { env: { ...env, ...CI } });
      const [blob, token, version] = app.names;
      const region = { done: [blob, version], failed: [], left: [token] };
      expect(expectReport('sync', stdout.toString())).toMatchObject({ regions: [region, region] });
    });
    expect(calls).toMatchObject({ 'kms:ReEncrypt': 2, 's3:PutObject': 2 });
    expect(calls).not.toHaveProperty('kms:Decrypt');
    const [Key = ''] = await objectsIn(OTHER, app.prefix);
    const { Metadata } = await aws
      .clients(OTHER)
      .s3.send(new HeadObjectCommand({ Bucket: bucketIn(OTHER), Key }));
    expect(Metadata?.['coffer-kmskey-arn']).toContain(`:${OTHER}:`);
    const read = await app.succeed(['get', `${app.prefix}blob`, '--region', OTHER]);
    expect(read.stdout).toEqual(BLOB);
  });

  test('a missing replica fails the object; with the right to decrypt, it is carried', async () => {
    const { env } = await createReplicable();
    const app = await createEncrypted(env);
    const { code, stdout } = await app.coffer(args, { env });
    expect(code).toBe(4);
    expect(expectReport('sync', stdout.toString())).toMatchObject({
      regions: [{ region: REGION }, { region: OTHER, failed: [{ name: app.names[0] }] }],
    });
    const { stderr } = await app.succeed(['sync', 'app.yml', '--yes'], { env });
    expect(stderr).toContain('decrypted 1 data key of blobs');
    const read = await app.succeed(['get', `${app.prefix}blob`, '--region', OTHER]);
    expect(read.stdout).toEqual(BLOB);
  });
});
