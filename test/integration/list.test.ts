import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { REGION, useAws } from '../support/aws.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import { createScene, secret } from '../support/scene.ts';
import { storedIn } from '../support/stored.ts';

const aws = await useAws();
const stored = storedIn(aws);

const TOKEN = createCanary();

async function createSaved() {
  const app = await createScene(
    aws,
    `${secret('token', TOKEN)}  - {name: hosts, type: StringList, value: [a, b]}
  - {name: large, type: String, tier: Advanced, value: ${'x'.repeat(5000)}}
  - {name: blob, type: SecureString, file: blob.bin}
`,
    { files: { 'blob.bin': randomBytes(6000) } },
  );
  await app.succeed(['encrypt', 'app.yml']);
  await app.succeed(['sync', 'app.yml', '--yes']);
  await stored.put(`${app.prefix}web/foreign`, 'ünïcode');
  return app;
}

function rows(stdout: Buffer): string[][] {
  const lines = stdout.toString().trimEnd().split('\n');
  return lines.map((line) => line.split(/ {2,}/));
}

test('shows names, types, tiers, versions, sizes and where the value is; no secret', async () => {
  const app = await createSaved();
  const { stdout, stderr } = await app.succeed(['list', 'app.yml']);
  expectHidden(TOKEN, { stdout, stderr });
  const [key = ''] = await stored.objects(app.prefix);
  const modified = expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d$/) as string;
  const { prefix } = app;
  expect(rows(stdout)).toEqual([
    ['NAME', 'TYPE', 'TIER', 'VERSION', 'SIZE', 'MODIFIED', 'VALUE IN'],
    [`${prefix}blob`, 'String', 'Standard', '1', '5.9 KiB', modified, `s3://${aws.bucket}/${key}`],
    [`${prefix}hosts`, 'StringList', 'Standard', '1', '3 B', modified, 'SSM'],
    [`${prefix}large`, 'String', 'Advanced', '1', '4.9 KiB', modified, 'SSM'],
    [`${prefix}token`, 'SecureString', 'Standard', '1', '30 B', modified, 'SSM'],
    [`${prefix}web/foreign`, 'String', 'Standard', '1', '9 B', modified, 'SSM'],
  ]);
});

test('says which pointer points to nothing', async () => {
  const app = await createSaved();
  const [key = ''] = await stored.objects(app.prefix);
  await stored.removeObject(key);
  const { stdout } = await app.succeed(['list', 'app.yml']);
  expect(rows(stdout)[1]?.[4]).toBe('missing');
});

test('answers in JSON', async () => {
  const app = await createSaved();
  const { stdout } = await app.succeed(['list', 'app.yml', '--json']);
  expectHidden(TOKEN, { stdout });
  const [key = ''] = await stored.objects(app.prefix);
  expect(JSON.parse(stdout.toString())).toMatchObject({
    version: 1,
    parameters: [
      { name: `${app.prefix}blob`, size: 6000, pointer: `s3://${aws.bucket}/${key}` },
      { name: `${app.prefix}hosts`, type: 'StringList', size: 3 },
      { name: `${app.prefix}large`, tier: 'Advanced', size: 5000 },
      { name: `${app.prefix}token`, type: 'SecureString', keyId: aws.kmskey, size: 30 },
      { name: `${app.prefix}web/foreign`, version: 1, size: 9 },
    ],
  });
});

describe('what to list', () => {
  test('may be a path, without a manifest', async () => {
    const app = await createSaved();
    const { stdout } = await app.succeed(['list', `${app.prefix}web/`]);
    expect(rows(stdout).map(([name]) => name)).toEqual(['NAME', `${app.prefix}web/foreign`]);
  });

  test('is told once, however many paths it is under', async () => {
    const app = await createSaved();
    const nested = (await app.text('app.yml')).replace(app.prefix, `${app.prefix}web/`);
    await app.write('web.yml', nested);
    const { stdout } = await app.succeed(['list', 'app.yml', 'web.yml']);
    expect(rows(stdout)).toHaveLength(6);
  });

  test('may stand in several regions', async () => {
    const app = await createScene(aws, '  - {name: x, type: String, value: x}\n');
    await app.write('eu.yml', (await app.text('app.yml')).replace(REGION, 'eu-west-1'));
    await app.succeed(['sync', 'app.yml', 'eu.yml', '--yes']);
    const { stdout } = await app.succeed(['list', 'app.yml', 'eu.yml', '--json']);
    expect(JSON.parse(stdout.toString())).toMatchObject({
      parameters: [
        { name: `${app.prefix}x`, region: 'eu-west-1' },
        { name: `${app.prefix}x`, region: REGION },
      ],
    });
  });

  test('may be nothing', async () => {
    const app = await createScene(aws, '  - {name: x, type: String, value: x}\n');
    const { stdout } = await app.succeed(['list', 'app.yml']);
    expect(stdout).toHaveLength(0);
    const json = await app.succeed(['list', 'app.yml', '--json']);
    expect(JSON.parse(json.stdout.toString())).toEqual({ version: 1, parameters: [] });
  });
});
