import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { controlOf } from '../support/control.ts';
import { callerEnv, policiesOf } from '../support/policies.ts';
import { OTHER, useRegions } from '../support/regions.ts';
import { createScene, secret } from '../support/scene.ts';
import { createSecretScene, secretsIn } from '../support/secrets-manager.ts';
import { storedIn } from '../support/stored.ts';

const aws = await useAws();
const { callsOf, disturb } = controlOf(aws);
const fileKey = await aws.createKey(aws.fileKeyAlias);

/** An app whose secret has two versions in AWS, `one` and `two`. */
async function createTwice() {
  const app = await createScene(aws, secret('token', 'one') + secret('other', 'x'));
  await app.succeed(['encrypt', 'app.yml']);
  await app.succeed(['sync', 'app.yml', '--yes']);
  await app.succeed(['set', 'app.yml', 'token'], { stdin: 'two' });
  await app.succeed(['sync', 'app.yml', '--yes']);
  return app;
}

describe('rollback calls', () => {
  // To encrypt under the data key that is there.
  const SEAL = { 'kms:Decrypt': 1, 'kms:DescribeKey': 1 };

  test('SSM once for the value, and once more to find the version before', async () => {
    const app = await createTwice();
    expect(await callsOf(() => app.succeed(['rollback', 'app.yml', 'token']))).toEqual({
      'ssm:GetParameterHistory': 1,
      'ssm:GetParameter': 1,
      ...SEAL,
    });
    expect(await callsOf(() => app.succeed(['rollback', 'app.yml', 'token', '2']))).toEqual({
      'ssm:GetParameter': 1,
      ...SEAL,
    });
  });

  test('nothing that writes to AWS', async () => {
    const app = await createTwice();
    const before = await storedIn(aws).parameters(app.prefix);
    await app.succeed(['rollback', 'app.yml', 'token']);
    expect(await storedIn(aws).parameters(app.prefix)).toEqual(before);
  });
});

describe('rollback without a right:', () => {
  test('an author who may not decrypt what is in git brings a value back', async () => {
    const app = await createTwice();
    await policiesOf(aws).put('AKIAWRITER', {
      Version: '2012-10-17',
      Statement: [
        { Sid: 'All', Effect: 'Allow', Action: ['*'], Resource: ['*'] },
        { Sid: 'None', Effect: 'Deny', Action: ['kms:Decrypt'], Resource: [fileKey] },
      ],
    });
    await app.succeed(['rollback', 'app.yml', 'token'], { env: callerEnv('AKIAWRITER') });
    expect(await app.text('app.yml')).toMatch(/author"?: "?write-only/);
    expect(await app.value('token')).toBe('one');
  });

  test('who may not list versions names one', async () => {
    const app = await createTwice();
    await disturb({
      rules: [{ action: 'ssm:GetParameterHistory', deny: true, accessKeyId: 'AKIAAUTHOR' }],
    });
    const env = callerEnv('AKIAAUTHOR');
    const refused = await app.coffer(['rollback', 'app.yml', 'token'], { env });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('ssm:GetParameterHistory');
    await app.succeed(['rollback', 'app.yml', 'token', '1'], { env });
    expect(await app.value('token')).toBe('one');
    const missing = await app.coffer(['rollback', 'app.yml', 'token', '9'], { env });
    expect(missing.stderr).toContain('git has earlier values');
  });
});

test('rollback reads the first region, or the one of --region', async () => {
  const { createApp } = await useRegions(aws);
  const app = await createApp();
  await app.succeed(['encrypt', 'app.yml']);
  await app.succeed(['sync', 'app.yml', '--yes']);
  await storedIn(aws).put(`${app.prefix}token`, 'here', { Type: 'SecureString' });
  await storedIn(aws, OTHER).put(`${app.prefix}token`, 'there', { Type: 'SecureString' });
  await app.succeed(['rollback', 'app.yml', 'token', 'latest']);
  expect(await app.value('token')).toBe('here');
  await app.succeed(['rollback', 'app.yml', 'token', 'latest', '--region', OTHER]);
  expect(await app.value('token')).toBe('there');
  await app.succeed(['rollback', 'app.yml', 'blob', 'latest', '--region', OTHER]);
  expect((await app.succeed(['check', 'app.yml'])).code).toBe(0);
});

test('rollback refuses a secret that AWS rotates', async () => {
  const app = await createSecretScene(aws, secret('password', 'one'));
  await app.succeed(['encrypt', 'app.yml']);
  await app.succeed(['sync', 'app.yml', '--yes']);
  await secretsIn(aws).rotate(app.secret);
  const before = await app.text('app.yml');
  const { code, stderr } = await app.coffer(['rollback', 'app.yml', 'password', 'latest']);
  expect(code).toBe(1);
  expect(stderr).toContain(`AWS rotates ${app.secret}: its values are not in git`);
  expect(await app.text('app.yml')).toBe(before);
});
