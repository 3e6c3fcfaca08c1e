import { rm } from 'node:fs/promises';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import { createScene, secret, type Scene } from '../support/scene.ts';

const aws = await useAws();

async function change(app: Scene, from: string | RegExp, to: string): Promise<void> {
  const text = await app.text('app.yml');
  expect(text).toMatch(from);
  await app.write(
    'app.yml',
    text.replace(from, () => to),
  );
}

async function pointsToS3(app: Scene, name: string): Promise<boolean> {
  const { Parameter } = await aws.ssm.send(
    new GetParameterCommand({ Name: `${app.prefix}${name}` }),
  );
  return Parameter?.Value?.startsWith('s3://') === true;
}

/** The ciphertext is in the wrong place: check and diff say so, and encrypt moves it. */
async function expectMove(app: Scene, value: string, to: 'S3' | 'SSM'): Promise<void> {
  const expected =
    to === 'S3' ? 'v goes to S3 but is not encrypted' : 'v goes to SSM but is encrypted';
  for (const command of ['check', 'diff']) {
    const { code, stdout, stderr } = await app.coffer([command, 'app.yml']);
    expect(code).toBe(command === 'check' ? 3 : 1);
    expect(`${stdout.toString()}${stderr}`).toContain(expected);
  }
  const { stdout, stderr } = await app.succeed(['encrypt', 'app.yml', '--json']);
  expect(stderr).toContain(to === 'S3' ? '1 moved (1 as a blob for S3)' : '1 moved');
  const { manifests } = JSON.parse(stdout.toString()) as {
    manifests: [{ sealed: object[] }];
  };
  const form = to === 'S3' ? 'blob' : 'value';
  expect(manifests[0].sealed).toEqual([{ name: 'v', form, why: 'moved' }]);
  await app.succeed(['check', 'app.yml']);
  await app.succeed(['sync', 'app.yml', '--yes']);
  expect(await pointsToS3(app, 'v')).toBe(to === 'S3');
  expect(await app.value('v')).toBe(value);
  const text = await app.text('app.yml');
  await app.succeed(['encrypt', 'app.yml']);
  expect(await app.text('app.yml')).toBe(text);
}

const LONG = 'x'.repeat(5000);

describe('encrypt moves a sealed value', () => {
  test('to S3 if its store says so, and back', async () => {
    const app = await createScene(aws, secret('v', 'short'));
    await app.succeed(['encrypt', 'app.yml']);
    await change(app, 'name: v,', 'name: v, store: s3,');
    await expectMove(app, 'short', 'S3');
    await change(app, 'store: s3', 'store: ssm');
    await expectMove(app, 'short', 'SSM');
  });

  test('to S3 if its tier says so', async () => {
    const app = await createScene(aws, secret('v', LONG).replace('value', 'tier: Advanced, value'));
    await app.succeed(['encrypt', 'app.yml']);
    await change(app, 'tier: Advanced, ', '');
    await expectMove(app, LONG, 'S3');
  });

  test.each([true, false])('with an existing file: %s', async (isThere) => {
    const parameters = '  - {name: v, type: SecureString, file: in/v}\n';
    const app = await createScene(aws, parameters, { files: { 'in/v': 'text' } });
    await app.succeed(['encrypt', 'app.yml']);
    if (!isThere) await rm(app.path('in/v'));
    await change(app, 'name: v,', 'name: v, store: s3,');
    await expectMove(app, 'text', 'S3');
  });

  test('to SSM as base64, without its file', async () => {
    const bytes = Buffer.from([0, 255, 1]);
    const parameters = '  - {name: v, type: SecureString, file: in/v}\n';
    const app = await createScene(aws, parameters, { files: { 'in/v': bytes } });
    await app.succeed(['encrypt', 'app.yml']);
    await rm(app.path('in/v'));
    await change(app, 'name: v,', 'name: v, encoding: base64,');
    await expectMove(app, bytes.toString('base64'), 'SSM');
  });

  test('not to SSM if it does not fit', async () => {
    const app = await createScene(aws, secret('v', LONG));
    await app.succeed(['encrypt', 'app.yml']);
    await change(app, 'name: v,', 'name: v, store: ssm,');
    const before = await app.text('app.yml');
    const { code, stderr } = await app.coffer(['encrypt', 'app.yml']);
    expect(code).toBe(1);
    expect(stderr).toContain('remove store: ssm');
    expect(await app.text('app.yml')).toBe(before);
  });
});

describe('a value with {{ }}', () => {
  const value = 'hello {{ user }}';

  test('goes to S3 if it is a secret, from any source', async () => {
    const app = await createScene(aws, secret('v', value) + secret('w', 'x'));
    await app.succeed(['encrypt', 'app.yml']);
    await app.succeed(['set', 'app.yml', 'w'], { stdin: value });
    await app.succeed(['sync', 'app.yml', '--yes']);
    for (const name of ['v', 'w']) {
      expect(await pointsToS3(app, name)).toBe(true);
      expect(await app.value(name)).toBe(value);
    }
  });

  test('is refused without a bucket, or if it is not a secret', async () => {
    const app = await createScene(aws, secret('v', value), { header: `kmskey: ${aws.kmskey}\n` });
    const refused = await app.coffer(['encrypt', 'app.yml']);
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stderr).toMatch(/^app\.yml:5:12: error: v: it contains \{\{…\}\}/);

    const plain = await createScene(aws, '  - {name: v, type: String, value: "{{ user }}"}\n');
    for (const command of ['check', 'encrypt', 'diff', 'save']) {
      const { code, stdout, stderr } = await plain.coffer([command, 'app.yml']);
      expect(code, command).not.toBe(0);
      expect(`${stdout.toString()}${stderr}`).toMatch(/^app\.yml:6:12: error: v: it contains/);
    }
  });
});

test('refuses a secret that does not match its pattern, before it writes anything', async () => {
  const canary = createCanary();
  const app = await createScene(
    aws,
    secret('v', canary).replace('value', () => "allowed_pattern: '^[0-9]+$', value"),
  );
  const before = await app.text('app.yml');
  const { code, stderr } = await app.coffer(['encrypt', 'app.yml', '--debug']);
  expect(code).toBe(2);
  expect(stderr).toContain('v: its value does not match allowed_pattern');
  expectHidden(canary, { stderr });
  expect(await app.text('app.yml')).toBe(before);

  await change(app, canary, '17');
  await app.succeed(['encrypt', 'app.yml']);
  const set = await app.coffer(['set', 'app.yml', 'v'], { stdin: canary });
  expect(set.code).toBe(2);
  await change(app, "'^[0-9]+$'", "'^[a-z]+$'");
  const diff = await app.coffer(['diff', 'app.yml']);
  expect(diff.code).toBe(2);
  expect(diff.stderr).toContain('v: its value does not match allowed_pattern');
});
