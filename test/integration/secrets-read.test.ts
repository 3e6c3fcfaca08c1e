import { expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import { expectReport } from '../support/reports.ts';
import { plain, secret } from '../support/scene.ts';
import { createSecretScene, secretsIn } from '../support/secrets-manager.ts';

const aws = await useAws();
const stored = secretsIn(aws);
const IN_SECRETS = ['--store', 'secretsmanager'];

const [PASSWORD, OTHER] = [createCanary(), createCanary()];
const BOTH = plain('username', 'app') + secret('password', PASSWORD);

/** A secret with two versions; the ids of both. */
async function createTwice(isOne = true) {
  const app = await createSecretScene(aws, BOTH, { isOne });
  const name = isOne ? app.secret : `${app.prefix.slice(1)}password`;
  await app.succeed(['encrypt', 'app.yml']);
  await app.succeed(['sync', 'app.yml', '--yes']);
  const older = await stored.current(name);
  await app.succeed(['set', 'app.yml', 'password'], { stdin: OTHER });
  await app.succeed(['sync', 'app.yml', '--yes']);
  const print = async (...args: string[]) => (await app.succeed(args)).stdout.toString();
  return { ...app, name, older: older ?? '', newer: (await stored.current(name)) ?? '', print };
}

test('get: the current value, a version, a label, one property', async () => {
  const app = await createTwice();
  const get = (selector: string, ...more: string[]) =>
    app.print('get', selector, ...IN_SECRETS, ...more);
  expect(await get(app.name)).toBe(JSON.stringify({ password: OTHER, username: 'app' }));
  expect(await get(`${app.name}@latest`, '--property', 'password')).toBe(OTHER);
  expect(await get(`${app.name}@${app.older}`, '--property', 'password')).toBe(PASSWORD);
  expect(await get(`${app.name}@AWSPREVIOUS`, '--property', 'password')).toBe(PASSWORD);
  const { ARN = '' } = await stored.describe(app.name);
  expect(await app.print('get', ARN, '--property', 'username')).toBe('app');
  const missing = await app.coffer(['get', app.name, ...IN_SECRETS, '--property', 'nothing']);
  expect([missing.code, missing.stderr]).toEqual([
    1,
    expect.stringContaining('no property nothing'),
  ]);
  const unknown = await app.coffer(['get', `${app.name}x`, ...IN_SECRETS]);
  expect(unknown.code).toBe(1);
  expectHidden(OTHER, { missing: missing.stderr, unknown: unknown.stderr });
});

test('list: the secrets of a manifest and under a path, without values', async () => {
  const one = await createTwice();
  const listed = expectReport('list', await one.print('list', 'app.yml', '--json'));
  expect(listed).toMatchObject({
    parameters: [{ name: one.name, type: 'Secret', version: one.newer, store: 'secretsmanager' }],
  });
  expect(await one.print('list', 'app.yml')).toContain('Secrets Manager');
  const each = await createTwice(false);
  const names = async (...args: string[]) => {
    const report = JSON.parse(await each.print('list', ...args, '--json')) as {
      parameters: { name: string }[];
    };
    return report.parameters.map(({ name }) => name);
  };
  const both = ['password', 'username'].map((name) => each.prefix.slice(1) + name);
  expect(await names('app.yml')).toEqual(both);
  expect(await names(each.prefix.slice(1), ...IN_SECRETS)).toEqual(both);
});

test('history: every version with its labels, masked', async () => {
  const app = await createTwice();
  const text = await app.print('history', app.name, ...IN_SECRETS, '--json');
  const report = expectReport('history', text) as {
    versions: { version: string; labels: string[]; value?: string }[];
  };
  expect(report.versions.map(({ version }) => version)).toEqual([app.older, app.newer]);
  expect(report.versions.map(({ labels }) => labels)).toEqual([['AWSPREVIOUS'], ['AWSCURRENT']]);
  expect(report.versions.map(({ value }) => value)).toEqual([undefined, undefined]);
  expect(await app.print('history', app.name, ...IN_SECRETS)).toContain('(secret)');
  expect(await app.print('history', app.name, ...IN_SECRETS, '--reveal')).toContain(OTHER);
});

test('diff of two versions', async () => {
  const app = await createTwice(false);
  const versions = [`${app.name}@${app.older}`, `${app.name}@AWSCURRENT`];
  const masked = await app.print('diff', ...versions, ...IN_SECRETS);
  expect(masked).toContain('value: changed');
  expectHidden(OTHER, { masked });
  expect(await app.print('diff', ...versions, ...IN_SECRETS, '--reveal')).toContain(OTHER);
});

test('export --from aws: the properties of one secret, or a secret each, pinned too', async () => {
  const one = await createTwice();
  const json = async (app: typeof one, ...args: string[]) =>
    JSON.parse(await app.print('export', ...args, '--from', 'aws', '--format', 'json')) as object;
  expect(await json(one, 'app.yml')).toEqual({ username: 'app', password: OTHER });
  expect(await json(one, 'app.yml', '--only', `password@${one.older}`)).toEqual({
    password: PASSWORD,
  });
  const mixed = (...only: string[]) =>
    json(one, 'app.yml', ...only.flatMap((name) => ['--only', name]));
  expect(await mixed('username', `password@${one.older}`)).toEqual({
    username: 'app',
    password: PASSWORD,
  });
  expect(await mixed(`username@${one.older}`, 'password')).toEqual({
    username: 'app',
    password: OTHER,
  });
  const each = await createTwice(false);
  expect(await json(each, 'app.yml')).toEqual({ username: 'app', password: OTHER });
  expect(await json(each, each.prefix, ...IN_SECRETS)).toEqual({
    username: 'app',
    password: OTHER,
  });
});

test('exec --from aws, and export of what git has', async () => {
  const app = await createTwice();
  const args = ['exec', 'app.yml', '--from', 'aws', '--', 'sh', '-c', 'printf %s "$PASSWORD"'];
  const { stdout, code } = await app.start(args);
  expect([code, stdout.toString()]).toEqual([0, OTHER]);
  expect(await app.print('export', 'app.yml')).toContain(OTHER);
});

test('move brings a manifest from SSM into one secret', async () => {
  const app = await createSecretScene(aws, BOTH);
  const text = await app.text('app.yml');
  await app.write('app.yml', text.replace(/store: .*\nsecret: .*\n/, ''));
  await app.succeed(['encrypt', 'app.yml']);
  await app.succeed(['move', 'app.yml', '--store', 'secretsmanager', '--secret', app.secret]);
  await app.succeed(['sync', 'app.yml', '--yes']);
  expect(await stored.value(app.secret)).toBe(
    JSON.stringify({ password: PASSWORD, username: 'app' }),
  );
  const byHand = (await app.text('app.yml')).replace(app.secret, `${app.secret}-other`);
  await app.write('app.yml', byHand);
  const { code, stderr } = await app.coffer(['sync', 'app.yml', '--yes']);
  expect([code, stderr]).toEqual([1, expect.stringContaining('another path, region, kmskey')]);
});

test('gc has nothing to do, doctor looks at the secret', async () => {
  const app = await createTwice();
  const gc = await app.coffer(['gc', 'app.yml', '--yes']);
  expect([gc.code, gc.stderr]).toEqual([2, expect.stringContaining('has no bucket')]);
  const doctor = await app.coffer(['doctor', 'app.yml']);
  expect(doctor.stdout.toString() + doctor.stderr).toContain(
    'secretsmanager:DescribeSecret (found)',
  );
});
