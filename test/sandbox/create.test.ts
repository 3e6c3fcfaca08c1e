import { expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import { controlOf } from '../support/control.ts';
import { createScene, plain, secret } from '../support/scene.ts';
import { createSecretScene, secretsIn } from '../support/secrets-manager.ts';
import { storedIn } from '../support/stored.ts';

const aws = await useAws();
const control = controlOf(aws);
const stored = storedIn(aws);
const secrets = secretsIn(aws);

test('if AWS refuses a value, the error says that the manifest has it, and how to finish', async () => {
  const app = await createScene(aws, plain('a', 'one'));
  const canary = createCanary();
  await control.disturb({ rules: [{ action: 'ssm:PutParameter', deny: true }] });
  const { code, stderr } = await app.coffer(['create', 'app.yml', 'b', '--yes'], { stdin: canary });
  await control.disturb({});
  expect(code).toBe(1);
  expect(stderr).toContain('app.yml has the change, but AWS may not have it yet');
  expect(stderr).toContain('coffer sync app.yml --only b');
  expectHidden(canary, { stderr, manifest: await app.text('app.yml') });
  const again = await app.coffer(['create', 'app.yml', 'b', '--yes'], { stdin: canary });
  expect(again.code).toBe(2);
  expect(again.stderr).toContain('app.yml already has b');
  await app.succeed(['sync', 'app.yml', '--only', 'b', '--yes']);
  expect(await stored.values(app.prefix)).toEqual({ b: canary });
});

test('if AWS refuses to delete, the manifest keeps the parameter, and the same call finishes', async () => {
  const app = await createScene(aws, plain('a', 'one') + plain('b', 'two'));
  await app.succeed(['sync', 'app.yml', '--yes']);
  const before = await app.text('app.yml');
  await control.disturb({ rules: [{ action: 'ssm:DeleteParameters', deny: true }] });
  const { code } = await app.coffer(['delete', 'app.yml', 'b', '--yes']);
  await control.disturb({});
  expect(code).toBe(1);
  expect(await app.text('app.yml')).toBe(before);
  await app.succeed(['delete', 'app.yml', 'b', '--yes']);
  expect(await stored.values(app.prefix)).toEqual({ a: 'one' });
});

test('if AWS refuses one secret without a value, sync finishes', async () => {
  const app = await createSecretScene(aws, plain('a', 'one') + secret('b', 'two'));
  await app.succeed(['encrypt', 'app.yml']);
  await app.succeed(['sync', 'app.yml', '--yes']);
  await control.disturb({ rules: [{ action: 'secretsmanager:PutSecretValue', deny: true }] });
  const { code, stderr } = await app.coffer(['delete', 'app.yml', 'b', '--yes']);
  await control.disturb({});
  expect(code).toBe(1);
  expect(stderr).toContain(`coffer sync app.yml --only ${app.secret}`);
  const again = await app.coffer(['delete', 'app.yml', 'b', '--yes']);
  expect(again.stderr).toContain('if AWS still has it, run coffer sync app.yml');
  await app.succeed(['sync', 'app.yml', '--only', app.secret, '--yes']);
  expect(await secrets.value(app.secret)).toBe('{"a":"one"}');
});

test('a secret that AWS rotates is refused before the manifest is changed', async () => {
  const app = await createSecretScene(aws, plain('a', 'one'));
  await app.succeed(['sync', 'app.yml', '--yes']);
  await secrets.rotate(app.secret);
  const before = await app.text('app.yml');
  const { code, stderr } = await app.coffer(['update', 'app.yml', 'a', '--yes'], { stdin: 'two' });
  expect([code, stderr]).toEqual([1, expect.stringContaining(`AWS rotates ${app.secret}`)]);
  expect(await app.text('app.yml')).toBe(before);
  await app.succeed(['update', 'app.yml', 'a', '--yes', '--take-over'], { stdin: 'two' });
  expect(await secrets.value(app.secret)).toBe('{"a":"two"}');
});

test.each(['create', 'update'])(
  '%s never repeats a value that was given as a word',
  async (name) => {
    const app = await createScene(aws, secret('a', 'one'));
    const canary = createCanary();
    const { code, stderr } = await app.coffer([name, 'app.yml', 'a', canary, '--yes']);
    expect(code).toBe(2);
    expect(stderr).toContain('standard input');
    expectHidden(canary, { stderr });
    const more = await app.coffer([name, 'app.yml', 'a', 'app.yml', canary, '--yes']);
    expect(more.code).toBe(2);
    expectHidden(canary, { stderr: more.stderr });
  },
);

test('without a terminal and without --yes nothing is written', async () => {
  const app = await createScene(aws, secret('a', 'one'));
  await app.succeed(['encrypt', 'app.yml']);
  const before = await app.text('app.yml');
  const { code, stderr } = await app.coffer(['update', 'app.yml', 'a'], { stdin: 'two' });
  expect(code).toBe(1);
  expect(stderr).toContain('--yes');
  expect(await app.text('app.yml')).toBe(before);
  expect(await stored.values(app.prefix)).toEqual({});
});
