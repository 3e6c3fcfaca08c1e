import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createScene } from '../support/scene.ts';
import { storedIn } from '../support/stored.ts';

const aws = await useAws();
const stored = storedIn(aws);

const PARAMETERS = `  - {name: plain, type: String, value: x}
  - {name: own, type: String, value: x, tags: {owner: me, team: mine}}
`;
const TAGS = 'tags: {cost_center: team17, team: all}';

async function createSynced() {
  const app = await createScene(aws, PARAMETERS, { header: `${TAGS}\n` });
  await app.succeed(['sync', 'app.yml', '--yes']);
  return app;
}

test("writes a new parameter with the manifest's tags and its own", async () => {
  const app = await createSynced();
  expect(await stored.tags(`${app.prefix}plain`)).toEqual({ cost_center: 'team17', team: 'all' });
  expect(await stored.tags(`${app.prefix}own`)).toEqual({
    cost_center: 'team17',
    team: 'mine',
    owner: 'me',
  });
  expect((await app.coffer(['diff', 'app.yml', '--exit-code'])).code).toBe(0);
});

test('writes only a missing or different tag, without a new version', async () => {
  const app = await createSynced();
  await app.write(
    'app.yml',
    (await app.text('app.yml')).replace(TAGS, 'tags: {cost_center: team18, team: all, new: tag}'),
  );
  const diff = await app.succeed(['diff', 'app.yml']);
  expect(diff.stdout.toString()).toContain(
    'tags: "cost_center=team17" → "cost_center=team18, new=tag"',
  );
  await app.succeed(['sync', 'app.yml', '--yes']);
  expect(await stored.tags(`${app.prefix}plain`)).toEqual({
    cost_center: 'team18',
    team: 'all',
    new: 'tag',
  });
  expect((await stored.metadata(app.prefix)).get('plain')?.Version).toBe(1);
  expect((await app.coffer(['diff', 'app.yml', '--exit-code'])).code).toBe(0);
});

test('changes tags and value together', async () => {
  const app = await createSynced();
  const changed = (await app.text('app.yml'))
    .replace('value: x', 'value: y')
    .replace(TAGS, 'tags: {cost_center: team18, team: all}');
  await app.write('app.yml', changed);
  await app.succeed(['sync', 'app.yml', '--yes']);
  expect((await stored.values(app.prefix))['plain']).toBe('y');
  expect(await stored.tags(`${app.prefix}plain`)).toEqual({ cost_center: 'team18', team: 'all' });
  expect((await app.coffer(['diff', 'app.yml', '--exit-code'])).code).toBe(0);
});

describe('a tag that is in no manifest', () => {
  test('stays', async () => {
    const app = await createSynced();
    await stored.tag(`${app.prefix}plain`, { foreign: 'tag' });
    expect((await app.coffer(['diff', 'app.yml', '--exit-code'])).code).toBe(0);
    await app.write('app.yml', (await app.text('app.yml')).replace('value: x', 'value: y'));
    await app.succeed(['sync', 'app.yml', '--yes']);
    expect(await stored.tags(`${app.prefix}plain`)).toMatchObject({ foreign: 'tag' });
  });

  test('is removed with --prune-tags, and shown before', async () => {
    const app = await createSynced();
    await stored.tag(`${app.prefix}own`, { foreign: 'tag', owner: 'somebody' });
    const args = ['app.yml', '--prune-tags'];
    const diff = await app.coffer(['diff', ...args, '--exit-code']);
    expect(diff.code).toBe(3);
    expect(diff.stdout.toString()).toContain('tags: "foreign=tag, owner=somebody" → "owner=me"');
    await app.succeed(['sync', ...args, '--yes']);
    expect(await stored.tags(`${app.prefix}own`)).toEqual({
      cost_center: 'team17',
      team: 'mine',
      owner: 'me',
    });
    expect((await app.coffer(['diff', ...args, '--exit-code'])).code).toBe(0);
  });
});

test('a tag can be empty', async () => {
  const app = await createScene(
    aws,
    '  - {name: x, type: String, value: x, tags: {empty: "", full: "1"}}\n',
  );
  await app.succeed(['sync', 'app.yml', '--yes']);
  expect(await stored.tags(`${app.prefix}x`)).toEqual({ empty: '', full: '1' });
  expect((await app.coffer(['diff', 'app.yml', '--exit-code'])).code).toBe(0);
  await stored.tag(`${app.prefix}x`, { empty: 'not any more' });
  expect((await app.coffer(['diff', 'app.yml', '--exit-code'])).code).toBe(3);
});
