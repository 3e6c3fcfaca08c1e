import { describe, expect, test } from 'vitest';
import { REGION, useAws } from '../support/aws.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import { expectReport } from '../support/reports.ts';
import { createScene, secret } from '../support/scene.ts';
import { storedIn } from '../support/stored.ts';

const aws = await useAws();
const stored = storedIn(aws);

const TOKEN = createCanary();

function createApp() {
  return createScene(
    aws,
    `  - {name: version, type: String, value: 2, description: Of the API.}
  - {name: hosts, type: StringList, value: [a.example.com, b.example.com]}
${secret('token', TOKEN)}  - {name: deep/down/here, type: String, value: x}
`,
    { header: `kmskey: ${aws.kmskey}\ntags: {cost_center: team17}\n` },
  );
}

async function createSynced() {
  const app = await createApp();
  await app.succeed(['encrypt', 'app.yml']);
  await app.succeed(['sync', 'app.yml', '--yes']);
  return app;
}

test('writes what is missing, and finds nothing to write the second time', async () => {
  const app = await createApp();
  await app.succeed(['encrypt', 'app.yml']);
  const first = await app.succeed(['sync', 'app.yml', '--yes']);
  expect(first.stderr).toContain('4 to create');
  expect(first.stderr).toContain('4 parameters written');
  expect(await stored.values(app.prefix)).toEqual({
    version: '2',
    hosts: 'a.example.com,b.example.com',
    token: TOKEN,
    'deep/down/here': 'x',
  });
  const metadata = await stored.metadata(app.prefix);
  expect(metadata.get('version')).toMatchObject({ Type: 'String', Description: 'Of the API.' });
  expect(metadata.get('token')).toMatchObject({ Type: 'SecureString', KeyId: aws.kmskey });
  expect(await stored.tags(`${app.prefix}token`)).toEqual({ cost_center: 'team17' });

  const second = await app.succeed(['sync', 'app.yml']);
  expect(second.stderr).toContain('no difference');
  expect([...(await stored.parameters(app.prefix)).values()].map(({ Version }) => Version)).toEqual(
    [1, 1, 1, 1],
  );
  const diff = await app.coffer(['diff', 'app.yml', '--exit-code']);
  expect(diff).toMatchObject({ code: 0 });
  expectHidden(TOKEN, {
    'the first run': first.stderr,
    'the second': second.stderr,
    diff: Buffer.concat([diff.stdout, Buffer.from(diff.stderr)]),
  });
});

test('reports in JSON what was done', async () => {
  const app = await createApp();
  await app.succeed(['encrypt', 'app.yml']);
  const { stdout } = await app.succeed(['sync', 'app.yml', '--yes', '--json']);
  const done = ['deep/down/here', 'hosts', 'token', 'version'].map((name) => app.prefix + name);
  const versions = Object.fromEntries(done.map((name) => [name, 1]));
  const report = { done, failed: [], left: [], deleted: [], versions };
  const regions = [{ region: REGION, ...report, objects: {} }];
  const finishedAt = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string;
  expect(JSON.parse(stdout.toString())).toEqual({ version: 1, ...report, finishedAt, regions });
});

describe('a dry run', () => {
  test('shows the plan and writes nothing', async () => {
    const app = await createApp();
    await app.succeed(['encrypt', 'app.yml']);
    const { stderr, stdout } = await app.succeed(['sync', 'app.yml', '--dry-run']);
    expect(stderr).toContain('4 to create');
    expect(stdout).toHaveLength(0);
    expect(await stored.values(app.prefix)).toEqual({});
  });

  test('shows the plan in JSON too', async () => {
    const app = await createApp();
    await app.succeed(['encrypt', 'app.yml']);
    const { stdout } = await app.succeed(['sync', 'app.yml', '--dry-run', '--json']);
    expect(JSON.parse(stdout.toString())).toMatchObject({ counts: { create: 4 } });
    expect(await stored.values(app.prefix)).toEqual({});
  });
});

describe('--only', () => {
  test('writes only that parameter', async () => {
    const app = await createApp();
    await app.succeed(['encrypt', 'app.yml']);
    const only = ['--only', 'deep/down/here', '--only', `${app.prefix}version`];
    await app.succeed(['sync', 'app.yml', '--yes', ...only]);
    expect(await stored.values(app.prefix)).toEqual({ 'deep/down/here': 'x', version: '2' });
  });

  test('refuses a name that no manifest has', async () => {
    const app = await createApp();
    await app.succeed(['encrypt', 'app.yml']);
    const { code, stderr } = await app.coffer(['sync', 'app.yml', '--yes', '--only', 'tokn']);
    expect(code).toBe(2);
    expect(stderr).toContain('tokn');
    expect(await stored.values(app.prefix)).toEqual({});
  });
});

describe('without --yes, if it cannot ask', () => {
  test('refuses, and writes nothing', async () => {
    const app = await createApp();
    await app.succeed(['encrypt', 'app.yml']);
    const { code, stderr } = await app.coffer(['sync', 'app.yml']);
    expect(code).toBe(1);
    expect(stderr).toContain('--yes');
    expect(await stored.values(app.prefix)).toEqual({});
  });
});

describe('a plaintext secret', () => {
  test('is refused, with its place, before anything is written', async () => {
    const app = await createApp();
    for (const command of ['sync', 'diff']) {
      const { code, stderr } = await app.coffer([command, 'app.yml']);
      expect(code).toBe(2);
      expect(stderr).toContain('coffer encrypt app.yml');
      expect(stderr).toMatch(/app\.yml:\d+:\d+/);
      expectHidden(TOKEN, { stderr });
    }
    expect(await stored.values(app.prefix)).toEqual({});
  });

  test('is written with --allow-plaintext', async () => {
    const app = await createApp();
    await app.succeed(['sync', 'app.yml', '--yes', '--allow-plaintext', '--only', 'token']);
    expect(await stored.values(app.prefix)).toEqual({ token: TOKEN });
  });
});

test.each([
  ['an unknown flag', ['--prun'], '--prune'],
  ['a flag without its value', ['--only'], '--only'],
  ['a missing manifest', ['none.yml'], 'none.yml'],
])('%s is wrong usage', async (_, args, told) => {
  const app = await createApp();
  const { code, stderr } = await app.coffer(['sync', 'app.yml', ...args]);
  expect(code).toBe(2);
  expect(stderr).toContain(told);
});

describe('a parameter under the path that is in no manifest', () => {
  test('is shown, and stays without --prune', async () => {
    const app = await createSynced();
    const extras = [`${app.prefix}old`, `${app.prefix}deep/old`];
    for (const name of extras) await stored.put(name, 'of no manifest');
    const { stdout, code } = await app.coffer(['diff', 'app.yml', '--exit-code']);
    expect(code).toBe(3);
    expect(stdout.toString()).toContain('2 extra');
    const { stderr } = await app.succeed(['sync', 'app.yml', '--yes']);
    expect(stderr).toContain('? old');
    expect(Object.keys(await stored.values(app.prefix))).toHaveLength(6);

    const refused = await app.coffer(['sync', 'app.yml', '--prune']);
    expect(refused.stderr).toContain(' 2 to delete, not in any manifest');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('--yes');
    expect(Object.keys(await stored.values(app.prefix))).toHaveLength(6);

    const pruned = await app.succeed(['sync', 'app.yml', '--prune', '--yes', '--json']);
    expect(JSON.parse(pruned.stdout.toString())).toMatchObject({
      done: extras.toSorted(),
      deleted: extras.toSorted(),
    });
    expect(Object.keys(await stored.values(app.prefix))).toHaveLength(4);
  });

  test.each(['diff', 'sync'])('is a deletion in every form of %s --prune', async (command) => {
    const app = await createSynced();
    await stored.put(`${app.prefix}old`, 'of no manifest');
    const args = [command, 'app.yml', '--prune', ...(command === 'sync' ? ['--dry-run'] : [])];
    const text = await app.succeed(args);
    const shown = `${text.stdout.toString()}${text.stderr}`;
    expect(shown).toMatch(/^ 1 to delete, not in any manifest\n {2}- old {2}String, version 1$/m);
    expect(shown).toContain('1 to delete, 4 unchanged');
    expect(shown).toContain(`→ ${app.prefix} in us-east-1, kmskey ${aws.kmskey}\n`);

    const { stdout } = await app.succeed([...args, '--json']);
    expect(expectReport('plan', stdout.toString())).toMatchObject({
      counts: { delete: 1, extra: 0, unchanged: 4 },
      manifests: [
        {
          region: 'us-east-1',
          kmskey: aws.kmskey,
          changes: expect.arrayContaining([
            { action: 'delete', name: `${app.prefix}old`, type: 'String', differences: [] },
          ]),
        },
      ],
    });
    expect(Object.keys(await stored.values(app.prefix))).toHaveLength(5);
  });

  test('is a deletion in the comment of diff --prune', async () => {
    const app = await createSynced();
    await stored.put(`${app.prefix}old`, 'of no manifest');
    const args = ['diff', 'app.yml', '--prune', '--exit-code', '--format', 'markdown'];
    const { code, stdout } = await app.coffer(args);
    expect(code).toBe(3);
    expect(stdout.toString()).toContain('| - delete | `old` | String, version 1 |');
  });
});
