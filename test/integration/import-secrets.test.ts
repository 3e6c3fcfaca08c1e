import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
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
  await create(app.secret, JSON.stringify({ password: PASSWORD, port: 5432, nested: {} }));
  const { code, stderr } = await app.coffer(['import', app.secret, ...FROM]);
  expect(code).not.toBe(0);
  expect(stderr).toContain('port: its value');
  expect(stderr).toContain('nested: its value');
  expectHidden(PASSWORD, { stderr });
  await expect(app.text('new.yml')).rejects.toThrow('ENOENT');
  await app.succeed(['import', app.secret, ...FROM, '--skip', 'port', '--skip', 'nested']);
  const again = await app.coffer([
    'import',
    app.secret,
    ...FROM,
    '--skip',
    'port',
    '--skip',
    'nested',
  ]);
  expect(again.stderr).toContain('already has password');
});

test('what SSM holds does not go into a manifest for Secrets Manager', async () => {
  const app = await createSecretScene(aws, plain('a', 'b'));
  const { code, stderr } = await app.coffer(['import', app.prefix, '--into', 'app.yml']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('add --store secretsmanager')]);
});
