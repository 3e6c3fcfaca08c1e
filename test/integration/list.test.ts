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

test('shows types, tiers, versions, sizes and places of values, but no secret', async () => {
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

  const json = await app.succeed(['list', 'app.yml', '--json']);
  expectHidden(TOKEN, { json: json.stdout });
  expect(JSON.parse(json.stdout.toString())).toMatchObject({
    version: 1,
    parameters: [
      { name: `${prefix}blob`, size: 6000, pointer: `s3://${aws.bucket}/${key}` },
      { name: `${prefix}hosts`, type: 'StringList', size: 3 },
      { name: `${prefix}large`, tier: 'Advanced', size: 5000 },
      { name: `${prefix}token`, type: 'SecureString', keyId: aws.kmskey, size: 30 },
      { name: `${prefix}web/foreign`, version: 1, size: 9 },
    ],
  });

  await stored.removeObject(key);
  const without = await app.succeed(['list', 'app.yml']);
  expect(rows(without.stdout)[1]?.[4]).toBe('missing');
});

describe('the argument of list', () => {
  test('can be a path without a manifest; overlapping paths are listed once', async () => {
    const app = await createScene(aws, '  - {name: web/x, type: String, value: x}\n');
    await app.succeed(['sync', 'app.yml', '--yes']);
    await stored.put(`${app.prefix}y`, 'of no manifest');
    const inner = await app.succeed(['list', `${app.prefix}web/`]);
    expect(rows(inner.stdout).map(([name]) => name)).toEqual(['NAME', `${app.prefix}web/x`]);
    const both = await app.succeed(['list', app.prefix, `${app.prefix}web/`]);
    expect(rows(both.stdout)).toHaveLength(3);
  });

  test('can be manifests of several regions', async () => {
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

  test('can be a path without parameters', async () => {
    const app = await createScene(aws, '  - {name: x, type: String, value: x}\n');
    const { stdout } = await app.succeed(['list', 'app.yml']);
    expect(stdout).toHaveLength(0);
    const json = await app.succeed(['list', 'app.yml', '--json']);
    expect(JSON.parse(json.stdout.toString())).toEqual({ version: 1, parameters: [] });
  });
});
