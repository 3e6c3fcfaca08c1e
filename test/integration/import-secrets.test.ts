import {
  CreateSecretCommand,
  ReplicateSecretToRegionsCommand,
} from '@aws-sdk/client-secrets-manager';
import { expect, test } from 'vitest';
import { REGION, useAws } from '../support/aws.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import { plain } from '../support/scene.ts';
import { createSecretScene, secretsIn } from '../support/secrets-manager.ts';

const aws = await useAws();
const stored = secretsIn(aws);
const FROM = ['--store', 'secretsmanager', '--region', REGION, '--into', 'new.yml'];
const PASSWORD = createCanary();

async function create(name: string, value: string | Uint8Array) {
  await stored.client.send(
    new CreateSecretCommand({
      Name: name,
      KmsKeyId: aws.kmskey,
      Description: 'by hand',
      Tags: [{ Key: 'team', Value: 'x' }],
      ...(typeof value === 'string' ? { SecretString: value } : { SecretBinary: value }),
    }),
  );
}

test('one JSON secret becomes a manifest, which encrypt leaves alone and sync takes over', async () => {
  const app = await createSecretScene(aws, plain('a', 'b'));
  const value = JSON.stringify({ password: PASSWORD, username: 'app' });
  await create(app.secret, value);
  await app.succeed(['import', app.secret, ...FROM, '--plain', 'username']);
  const text = await app.text('new.yml');
  expect(text).toContain(`secret: ${app.secret}\ndescription: by hand\n`);
  expect(text).toContain('team: x');
  expectHidden(PASSWORD, { text });
  await app.succeed(['encrypt', 'new.yml']);
  expect(await app.text('new.yml')).toBe(text);
  const { stdout } = await app.succeed(['diff', 'new.yml']);
  expect(stdout.toString()).toContain('changed outside');
  await app.succeed(['sync', 'new.yml', '--yes']);
  expect(await stored.value(app.secret)).toBe(value);
  await app.succeed(['diff', 'new.yml', '--exit-code']);
});

test('a JSON secret whose name begins with a slash keeps that name', async () => {
  const app = await createSecretScene(aws, plain('a', 'b'));
  const name = `/${app.secret}/slash`;
  const value = JSON.stringify({ password: PASSWORD });
  await create(name, value);
  await app.succeed(['import', name, ...FROM]);
  const text = await app.text('new.yml');
  expect(text).toContain(`secret: ${name}\n`);
  expect(text).toContain(`path: ${name}/ `);
  await app.succeed(['sync', 'new.yml', '--yes']);
  expect(await stored.value(name)).toBe(value);
});

test('several secrets under a prefix become a parameter each, bytes too', async () => {
  const app = await createSecretScene(aws, plain('a', 'b'));
  const bytes = Uint8Array.from([0, 255, 1]);
  await create(`${app.secret}/token`, PASSWORD);
  await create(`${app.secret}/keystore`, bytes);
  await app.succeed(['import', `${app.secret}/`, ...FROM]);
  const text = await app.text('new.yml');
  expect(text).not.toContain('secret: ');
  expect(text).toContain('blob:');
  expectHidden(PASSWORD, { text });
  await app.succeed(['encrypt', 'new.yml']);
  expect(await app.text('new.yml')).toBe(text);
  await app.succeed(['sync', 'new.yml', '--yes']);
  expect(await stored.value(`${app.secret}/token`)).toBe(PASSWORD);
  expect(await stored.value(`${app.secret}/keystore`)).toEqual(bytes);
  await app.succeed(['diff', 'new.yml', '--exit-code']);
});

test('what is not a text is named, and nothing is written', async () => {
  const app = await createSecretScene(aws, plain('a', 'b'));
  await create(app.secret, JSON.stringify({ password: PASSWORD, extra: null, nested: {} }));
  const { code, stderr } = await app.coffer(['import', app.secret, ...FROM]);
  expect(code).not.toBe(0);
  expect(stderr).toContain('extra: its value');
  expect(stderr).toContain('nested: its value');
  expectHidden(PASSWORD, { stderr });
  await expect(app.text('new.yml')).rejects.toThrow('ENOENT');
  await app.succeed(['import', app.secret, ...FROM, '--skip', 'ext*', '--skip', 'nested']);
  const again = await app.coffer([
    'import',
    app.secret,
    ...FROM,
    '--skip',
    'ext*',
    '--skip',
    'nested',
  ]);
  expect(again.stderr).toContain('already has password');
});

test('what SSM holds does not go into a manifest for Secrets Manager', async () => {
  const app = await createSecretScene(aws, plain('a', 'b'));
  const args = ['import', app.prefix, '--into', 'app.yml', '--store', 'ssm'];
  const { code, stderr } = await app.coffer(args);
  expect([code, stderr]).toEqual([2, expect.stringContaining('Secrets Manager')]);
});

test('numbers, true and false become texts as they are written, with a warning', async () => {
  const app = await createSecretScene(aws, plain('a', 'b'));
  await create(app.secret, '{"port": 5432, "rate": 1.10, "id": 12345678901234567890, "on": true}');
  const { stderr } = await app.succeed(['import', app.secret, ...FROM]);
  expect(stderr).toContain('become texts: port, rate, id, on');
  await app.succeed(['sync', 'new.yml', '--yes']);
  expect(await stored.value(app.secret)).toBe(
    '{"id":"12345678901234567890","on":"true","port":"5432","rate":"1.10"}',
  );
});

test('a name that is twice in the JSON is refused', async () => {
  const app = await createSecretScene(aws, plain('a', 'b'));
  await create(app.secret, `{"x": "${PASSWORD}", "y": "1", "x": "2"}`);
  const { code, stderr } = await app.coffer(['import', app.secret, ...FROM]);
  expect([code, stderr]).toEqual([2, expect.stringContaining('these names twice: x\n')]);
  expectHidden(PASSWORD, { stderr });
});

test('the manifest says the store, and an ARN the secret and its region', async () => {
  const app = await createSecretScene(aws, plain('a', 'b'));
  await create(app.secret, '{"x": "1"}');
  await app.succeed(['import', app.secret, '--into', 'app.yml']);
  expect(await app.text('app.yml')).toMatch(/name: "?x/);
  const { ARN = '' } = await stored.describe(app.secret);
  await app.succeed(['import', ARN, '--into', 'new.yml']);
  expect(await app.text('new.yml')).toContain(`region: ${REGION}`);
  expect(await app.text('new.yml')).toContain(`secret: ${app.secret}`);
  const far = ARN.replace(REGION, 'eu-west-1');
  const { code, stderr } = await app.coffer(['import', far, '--into', 'app.yml']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('is in eu-west-1')]);
  // A file stays a file.
  await app.write('.env', 'FROM_FILE=1\n');
  await app.succeed(['import', '.env', '--into', 'app.yml']);
  expect(await app.text('app.yml')).toContain('FROM_FILE');
});

test('copies that only some of the secrets have are named', async () => {
  const app = await createSecretScene(aws, plain('a', 'b'));
  await create(`${app.secret}/one`, '1');
  await create(`${app.secret}/two`, '2');
  await stored.client.send(
    new ReplicateSecretToRegionsCommand({
      SecretId: `${app.secret}/two`,
      AddReplicaRegions: [{ Region: 'eu-west-1' }],
    }),
  );
  const { stderr } = await app.succeed(['import', `${app.secret}/`, ...FROM]);
  expect(stderr).toContain(`${app.secret}/two (eu-west-1)`);
  expect(stderr).not.toContain(`${app.secret}/one (`);
});
