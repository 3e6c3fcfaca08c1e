import { describe, expect, test } from 'vitest';
import { REGION, useAws } from '../support/aws.ts';
import { createScene } from '../support/scene.ts';
import { storedIn } from '../support/stored.ts';

const aws = await useAws();
const OTHER_REGION = 'eu-west-1';
const stored = storedIn(aws);
const elsewhere = storedIn(aws, OTHER_REGION);

const parameter = (name: string, value: string) =>
  `  - {name: ${name}, type: String, value: ${value}}\n`;

const manifest = (path: string, region: string, parameters: string) =>
  `path: ${path}\nregion: ${region}\nparameters:\n${parameters}`;

/** app.yml, one for a path below its path, and one for the same path in another region. */
async function createApps() {
  const app = await createScene(aws, parameter('x', 'outer'));
  await app.write('web.yml', manifest(`${app.prefix}web/`, REGION, parameter('x', 'inner')));
  await app.write('eu.yml', manifest(app.prefix, OTHER_REGION, parameter('x', 'european')));
  return app;
}

const ALL = ['app.yml', 'web.yml', 'eu.yml'];

test('one call writes to several paths and regions', async () => {
  const app = await createApps();
  const { stderr } = await app.succeed(['sync', ...ALL, '--yes']);
  expect(stderr).toContain('3 to create');
  expect(await stored.values(app.prefix)).toEqual({ x: 'outer', 'web/x': 'inner' });
  expect(await elsewhere.values(app.prefix)).toEqual({ x: 'european' });
  const diff = await app.coffer(['diff', ...ALL, '--exit-code']);
  expect(diff.code).toBe(0);
  expect(diff.stdout.toString()).toContain('3 unchanged');
});

describe('a parameter of one manifest', () => {
  test('is not extra for another manifest in the same call, and not pruned', async () => {
    const app = await createApps();
    await app.succeed(['sync', ...ALL, '--yes']);
    await app.succeed(['sync', ...ALL, '--prune', '--yes']);
    expect(await stored.values(app.prefix)).toEqual({ x: 'outer', 'web/x': 'inner' });
  });

  test('is extra if its manifest is not in the call', async () => {
    const app = await createApps();
    await app.succeed(['sync', ...ALL, '--yes']);
    const { stdout } = await app.succeed(['diff', 'app.yml', 'eu.yml', '--json']);
    expect(JSON.parse(stdout.toString())).toMatchObject({
      counts: { extra: 1, unchanged: 2 },
      manifests: [
        { file: 'app.yml', changes: [{ action: 'extra', name: `${app.prefix}web/x` }, {}] },
        { file: 'eu.yml', changes: [{ action: 'unchanged' }] },
      ],
    });
  });

  test('is extra if it exists in another region', async () => {
    const app = await createApps();
    await app.write('eu.yml', (await app.text('eu.yml')).replace('name: x', 'name: y'));
    await app.succeed(['sync', ...ALL, '--yes']);
    await stored.put(`${app.prefix}y`, 'of no manifest of this region');
    const { stdout } = await app.succeed(['diff', ...ALL]);
    expect(stdout.toString()).toContain('1 extra, 3 unchanged');
  });
});

test('lists an extra under two paths once, with the nearer path', async () => {
  const app = await createApps();
  await app.succeed(['sync', ...ALL, '--yes']);
  await stored.put(`${app.prefix}web/old`, 'of no manifest');
  const diff = await app.succeed(['diff', ...ALL, '--json']);
  expect(JSON.parse(diff.stdout.toString())).toMatchObject({
    counts: { extra: 1 },
    manifests: [
      { file: 'app.yml', changes: [{ action: 'unchanged' }] },
      { file: 'web.yml', changes: [{ action: 'extra' }, { action: 'unchanged' }] },
      { file: 'eu.yml' },
    ],
  });
  const { stdout } = await app.succeed(['sync', ...ALL, '--prune', '--yes', '--json']);
  expect(JSON.parse(stdout.toString())).toMatchObject({ done: [`${app.prefix}web/old`] });
});

test('--only selects a name in every manifest that has it', async () => {
  const app = await createApps();
  await app.succeed(['sync', ...ALL, '--yes', '--only', 'x']);
  expect(await stored.values(app.prefix)).toEqual({ x: 'outer', 'web/x': 'inner' });
  expect(await elsewhere.values(app.prefix)).toEqual({ x: 'european' });
});

test('refuses two manifests with the same parameter', async () => {
  const app = await createApps();
  await app.write(
    'twin.yml',
    (await app.text('web.yml')).replace('web/', '').replace('name: x', 'name: web/x'),
  );
  const { code, stderr } = await app.coffer(['sync', ...ALL, 'twin.yml', '--yes']);
  expect(code).toBe(2);
  expect(stderr).toContain(`${app.prefix}web/x`);
  expect(stderr).toContain('web.yml');
  expect(await stored.values(app.prefix)).toEqual({});
});
