import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { useAws } from '../support/aws.ts';
import { controlOf, losingOneAnswer } from '../support/control.ts';
import { callerEnv, policiesOf } from '../support/policies.ts';
import { plain, secret } from '../support/scene.ts';
import { createSecretScene, secretsIn } from '../support/secrets-manager.ts';

const aws = await useAws();
await aws.createKey(aws.fileKeyAlias);
const control = controlOf(aws);
const stored = secretsIn(aws);

const BOTH = plain('username', 'app') + secret('password', 'a password');

async function createSynced(parameters: string, isOne = true) {
  const app = await createSecretScene(aws, parameters, { isOne });
  await app.succeed(['encrypt', 'app.yml']);
  await app.succeed(['sync', 'app.yml', '--yes']);
  return app;
}

describe('the number of calls:', () => {
  test('one to compare one secret, which opens nothing', async () => {
    const app = await createSynced(BOTH);
    const describes = { 'secretsmanager:DescribeSecret': 1 };
    const calls = (...args: string[]) => control.callsOf(() => app.succeed(args));
    expect(await calls('diff', 'app.yml')).toEqual(describes);
    expect(await calls('sync', 'app.yml', '--yes')).toEqual(describes);
    expect(await calls('diff', 'app.yml', '--no-decrypt')).toEqual(describes);
    await app.succeed(['set', 'app.yml', 'password'], { stdin: 'another' });
    expect(await calls('diff', 'app.yml')).toEqual(describes);
    expect(await calls('sync', 'app.yml', '--yes')).toEqual({
      ...describes,
      'kms:Decrypt': 1,
      'secretsmanager:PutSecretValue': 1,
    });
  });

  test('a page for each 100 secrets that nobody changed lately', async () => {
    const many = Array.from({ length: 120 }, (_, i) => plain(`s${i}`, `value ${i}`)).join('');
    const app = await createSecretScene(aws, many, { isOne: false });
    await app.succeed(['sync', 'app.yml', '--yes']);
    const calls = () => control.callsOf(() => app.succeed(['diff', 'app.yml']));
    const pages = { 'secretsmanager:ListSecrets': 2 };
    // A change of the last minutes may be missing in a listing.
    expect(await calls()).toEqual({ ...pages, 'secretsmanager:DescribeSecret': 120 });
    passMinutes(6);
    expect(await calls()).toEqual(pages);
    const text = await app.text('app.yml');
    await app.write('app.yml', text.replace('"value 7"', '"other"'));
    expect(await calls()).toEqual({ ...pages, 'secretsmanager:DescribeSecret': 1 });
  });

  test('a secret each below 50 of them, so that a policy can name them', async () => {
    const few = Array.from({ length: 49 }, (_, i) => plain(`s${i}`, `value ${i}`)).join('');
    const app = await createSecretScene(aws, few, { isOne: false });
    expect(await control.callsOf(() => app.succeed(['diff', 'app.yml']))).toEqual({
      'secretsmanager:DescribeSecret': 49,
    });
  });

  test('a batch for each 20 values from 50 on, which a reader may ask for', async () => {
    const many = Array.from({ length: 50 }, (_, i) => plain(`s${i}`, `value ${i}`)).join('');
    const app = await createSecretScene(aws, many, { isOne: false });
    await app.succeed(['sync', 'app.yml', '--yes']);
    const { stdout } = await app.succeed([
      'policy',
      'app.yml',
      '--for',
      'reader',
      '--account',
      '111122223333',
    ]);
    await policiesOf(aws).put('AKIAREADER', JSON.parse(stdout.toString()) as object);
    const env = callerEnv('AKIAREADER');
    const calls = await control.callsOf(async () => {
      const read = await app.succeed(['export', 'app.yml', '--from', 'aws'], { env });
      expect(read.stdout.toString().match(/value \d+/g)).toHaveLength(50);
    });
    expect(calls['secretsmanager:BatchGetSecretValue']).toBe(3);
    expect(calls['secretsmanager:GetSecretValue']).toBeUndefined();
  });

  test('going back to an older version moves its label, and looks whether that happened', async () => {
    const app = await createSynced(plain('a', '1'));
    const text = await app.text('app.yml');
    for (const value of ['2', '3', '4']) {
      await app.write('app.yml', text.replace('"1"', `"${value}"`));
      await app.succeed(['sync', 'app.yml', '--yes']);
    }
    await app.write('app.yml', text);
    expect(await control.callsOf(() => app.succeed(['sync', 'app.yml', '--yes']))).toEqual({
      'secretsmanager:DescribeSecret': 3,
      'secretsmanager:PutSecretValue': 1,
      'secretsmanager:UpdateSecretVersionStage': 1,
    });
    expect(await stored.value(app.secret)).toBe('{"a":"1"}');
  });
});

describe('a listing that lags', () => {
  const MANY = Array.from({ length: 60 }, (_, i) => plain(`s${i}`, `value ${i}`)).join('');

  test('shows neither a secret as missing nor a change as undone', async () => {
    const app = await createSecretScene(aws, MANY, { isOne: false });
    await app.succeed(['sync', 'app.yml', '--yes']);
    await control.disturb({ listLag: 30 });
    passMinutes(6);
    const { stdout } = await app.succeed(['diff', 'app.yml', '--exit-code']);
    expect(stdout.toString()).toContain('no differences');
  });

  test('does not hide what somebody changed a moment ago', async () => {
    const app = await createSecretScene(aws, MANY, { isOne: false });
    await app.succeed(['sync', 'app.yml', '--yes']);
    await control.disturb({ listLag: 1 });
    await stored.put(`${app.prefix.slice(1)}s7`, 'by hand');
    const { code, stdout } = await app.coffer(['diff', 'app.yml', '--exit-code']);
    expect([code, stdout.toString()]).toEqual([3, expect.stringContaining('(changed outside)')]);
  });
});

test('a secret that AWS rotates is left alone, unless it is taken over', async () => {
  const app = await createSynced(BOTH);
  await stored.rotate(app.secret);
  expect((await app.succeed(['diff', 'app.yml', '--exit-code'])).code).toBe(0);
  await stored.put(app.secret, 'rotated');
  const diff = await app.coffer(['diff', 'app.yml']);
  expect(diff.stdout.toString()).toContain('(changed outside, AWS rotates it)');
  for (const args of [
    ['sync', 'app.yml', '--yes'],
    ['save', 'app.yml'],
  ]) {
    const { code, stderr } = await app.coffer(args);
    expect([code, stderr]).toEqual([1, expect.stringContaining(`AWS rotates ${app.secret}`)]);
    expect(await stored.value(app.secret)).toBe('rotated');
  }
  const takeOver = ['sync', 'app.yml', '--take-over'];
  const dry = await app.succeed([...takeOver, '--dry-run']);
  expect(dry.stderr).toContain('rotation: "on" → "off"');
  const isRotated = async () => (await stored.describe(app.secret)).RotationEnabled;
  expect(await isRotated()).toBe(true);
  await app.succeed([...takeOver, '--yes']);
  expect(await stored.value(app.secret)).toContain('a password');
  expect(await isRotated()).toBe(false);
  // A value that is not rotated yet would be.
  for (const words of [
    [...takeOver, '--yes'],
    ['save', 'app.yml', '--take-over'],
  ]) {
    await stored.rotate(app.secret);
    expect(await isRotated()).toBe(true);
    await app.succeed(words);
    expect(await isRotated()).toBe(false);
  }
});

test('a secret is made again while its name is still taken by the one that was deleted', async () => {
  const app = await createSynced(BOTH);
  await app.succeed(['nuke', 'app.yml', '--yes', '--force-delete']);
  await app.succeed(['sync', 'app.yml', '--yes']);
  expect(await stored.value(app.secret)).toContain('a password');
});

test.each(['CreateSecret', 'PutSecretValue'])(
  'a lost answer to %s does no harm',
  async (action) => {
    const app = await createSecretScene(aws, BOTH);
    await app.succeed(['encrypt', 'app.yml']);
    if (action === 'PutSecretValue') {
      await app.succeed(['sync', 'app.yml', '--yes']);
      await app.succeed(['set', 'app.yml', 'username'], { stdin: 'other' });
    }
    await control.disturb(losingOneAnswer(`secretsmanager:${action}`));
    await app.succeed(['sync', 'app.yml', '--yes']);
    expect((await app.succeed(['diff', 'app.yml', '--exit-code'])).code).toBe(0);
  },
);

test('without kms:Decrypt, diff works, and sync says what it leaves', async () => {
  const app = await createSynced(BOTH);
  await app.succeed(['set', 'app.yml', 'password'], { stdin: 'another' });
  await control.disturb({ rules: [{ action: 'kms:Decrypt', deny: true }] });
  const diff = await app.coffer(['diff', 'app.yml', '--exit-code']);
  expect(diff.code).toBe(3);
  const sync = await app.coffer(['sync', 'app.yml', '--yes', '--no-decrypt']);
  expect([sync.code, sync.stderr]).toEqual([4, expect.stringContaining('1 not started')]);
});

/** For coffer and the sandbox alike, until the end of the test. */
function passMinutes(minutes: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + minutes * 60_000 });
  onTestFinished(() => void vi.useRealTimers());
}

test('throttling slows a sync of many secrets down, and harms none', async () => {
  const names = Array.from({ length: 30 }, (_, i) => `p${i}`);
  const app = await createSecretScene(aws, names.map((name) => plain(name, name)).join(''), {
    isOne: false,
  });
  await control.disturb({
    seed: 7,
    rules: [
      { action: 'secretsmanager:CreateSecret', perSecond: 30 },
      { action: 'secretsmanager:DescribeSecret', perSecond: 60 },
      { action: '*', errorRate: 0.05 },
    ],
  });
  const { stdout } = await app.succeed(['sync', 'app.yml', '--yes', '--json']);
  await control.disturb({});
  const report = JSON.parse(stdout.toString()) as { done: string[] };
  expect(report).toMatchObject({ failed: [], left: [] });
  expect(report.done).toHaveLength(names.length);
  for (const name of names) {
    expect(await stored.value(`${app.prefix.slice(1)}${name}`)).toBe(name);
  }
  await app.succeed(['diff', 'app.yml', '--exit-code']);
});
