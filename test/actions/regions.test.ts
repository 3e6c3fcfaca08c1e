import { expect, test } from 'vitest';
import { diff } from '../../src/actions/diff.ts';
import { encrypt } from '../../src/actions/encrypt.ts';
import { exportSecrets } from '../../src/actions/export.ts';
import { gc } from '../../src/actions/gc.ts';
import { get } from '../../src/actions/get.ts';
import { list } from '../../src/actions/list.ts';
import { move } from '../../src/actions/move.ts';
import { nuke } from '../../src/actions/nuke.ts';
import { save } from '../../src/actions/save.ts';
import { sync } from '../../src/actions/sync.ts';
import { parseManifest } from '../../src/manifest/parse.ts';
import { renderPlanMarkdown } from '../../src/plan/markdown.ts';
import { REGION, useAws } from '../support/aws.ts';
import { failureOf } from '../support/failure.ts';
import { BLOB, OTHER, REGIONS, useRegions } from '../support/regions.ts';
import { storedIn } from '../support/stored.ts';
import { createTools } from '../support/tools.ts';

const aws = await useAws();
const { createApp, objectsIn, bucketIn } = await useRegions(aws);

const actionsOf = (plans: Awaited<ReturnType<typeof diff>>) =>
  plans.map(({ region, changes }) => [region, ...changes.map(({ action }) => action)]);

test('sync writes everything to each region, once', async () => {
  const app = await createApp();
  const { tools, said } = createTools(aws);
  await encrypt(tools, [app.file]);
  const report = await sync(tools, [app.file]);
  const names = ['blob', 'token', 'version'].map((name) => app.prefix + name);
  expect(report.regions).toMatchObject(
    REGIONS.map((region) => ({ region, done: names, failed: [], left: [] })),
  );
  expect(report.done).toHaveLength(6);
  expect(said.questions).toEqual(['Write 6 parameters?']);
  expect(said.notes).toContain(`3 parameters written in ${OTHER}`);
  expect(said.notes).toContain(
    `${app.file} in ${OTHER}: decrypted 1 data key of blobs on the way from ${REGION} to ${OTHER}, because KMS re-encrypts only within a region`,
  );

  for (const region of REGIONS) {
    const values = await storedIn(aws, region).values(app.prefix);
    const [key = ''] = await objectsIn(region, app.prefix);
    const pointer = `s3://${bucketIn(region)}/${key}`;
    expect(values).toEqual({ token: 'hunter2', version: 'v1', blob: pointer });
    const reader = { ...tools, homeRegion: region };
    expect(await get(reader, `${app.prefix}blob`)).toEqual(BLOB);
  }
  const again = await sync(tools, [app.file]);
  expect(again).toMatchObject({ done: [], versions: { [`${app.prefix}token`]: 1 } });
  expect(said.questions).toHaveLength(1);
});

test('diff compares each region, and says which one differs', async () => {
  const app = await createApp();
  const { tools } = createTools(aws);
  await encrypt(tools, [app.file]);
  await save(tools, [app.file]);
  await storedIn(aws, OTHER).put(`${app.prefix}version`, 'v0');
  const plans = await diff(tools, [app.file]);
  expect(actionsOf(plans)).toEqual([
    [REGION, 'unchanged', 'unchanged', 'unchanged'],
    [OTHER, 'unchanged', 'unchanged', 'update'],
  ]);
  const markdown = renderPlanMarkdown(plans);
  expect(markdown).toContain(
    `in \`${OTHER}\`, kmskey \`${aws.kmskey}\`, bucket \`${bucketIn(OTHER)}\``,
  );

  const only = await diff({ ...tools, region: OTHER }, [app.file]);
  expect(only.map(({ region, bucket: name }) => [region, name])).toEqual([
    [OTHER, bucketIn(OTHER)],
  ]);
});

test('export from AWS reads the first region', async () => {
  const app = await createApp(`regions: [${OTHER}, ${REGION}]`);
  const { tools } = createTools(aws);
  await encrypt(tools, [app.file]);
  await save(tools, [app.file]);
  await storedIn(aws, OTHER).put(`${app.prefix}version`, 'of the first');
  const { text } = await exportSecrets(tools, [app.file], {
    from: 'aws',
    noBlobs: true,
    format: 'json',
  });
  expect(JSON.parse(text)).toEqual({ token: 'hunter2', version: 'of the first' });
  const key = parseManifest(await app.text('app.yml'), 'app.yml').encryptedWith;
  expect(key, 'the file key is there, too').toContain(`:${OTHER}:`);
});

test('list, nuke and gc work on each region, and say which', async () => {
  const app = await createApp();
  const { tools, said } = createTools(aws);
  await encrypt(tools, [app.file]);
  await save(tools, [app.file]);
  const listed = await list(tools, [app.file]);
  expect(listed.map(({ name, region }) => [name, region])).toEqual(
    ['blob', 'token', 'version'].flatMap((name) =>
      [OTHER, REGION].map((region) => [app.prefix + name, region]),
    ),
  );

  const reports = await nuke(tools, [app.file], { keepObjects: true });
  expect(said.questions).toEqual([`Delete 6 parameters in ${REGION} and ${OTHER} for good?`]);
  expect(reports.map(({ region, deleted }) => [region, deleted.length])).toEqual([
    [REGION, 3],
    [OTHER, 3],
  ]);
  expect(await list(tools, [app.file])).toEqual([]);

  // Without the blob, nothing needs the objects any more.
  await app.write('app.yml', (await app.text('app.yml')).replace(/ {2}- \{name: blob[^]*$/, ''));
  const found = await gc(tools, [app.file], { olderThanSeconds: -60 });
  expect(found.map(({ region, bucket: name, objects }) => [region, name, objects.length])).toEqual(
    REGIONS.map((region) => [region, bucketIn(region), 1]),
  );
  for (const region of REGIONS) expect(await objectsIn(region, app.prefix)).toEqual([]);
});

test('a region more takes a move, which seals everything for the new list', async () => {
  const app = await createApp(`region: ${REGION}`);
  const { tools, said } = createTools(aws);
  await encrypt(tools, [app.file]);
  await sync(tools, [app.file]);
  const one = await app.text('app.yml');

  await app.write('app.yml', one.replace(`region: ${REGION}`, `regions: [${REGION}, ${OTHER}]`));
  const refused = await failureOf(() => sync(tools, [app.file]));
  expect(refused.problems.map(({ hint }) => hint).join()).toContain('coffer move');

  await app.write('app.yml', one);
  const moved = await move(tools, app.file, [], { regions: [REGION, OTHER] });
  expect(moved).toMatchObject({ changed: true, resealed: 1, rewrapped: 1 });
  expect(said.notes.join()).not.toContain('old parameters');
  const report = await sync(tools, [app.file]);
  expect(report.regions.map(({ done }) => done.length)).toEqual([0, 3]);
  // Another order is no other destination.
  const turned = await move(tools, app.file, [], { regions: [OTHER, REGION] });
  expect(turned).toMatchObject({ changed: true, resealed: 0, rewrapped: 0 });
  const back = await move(tools, app.file, [], { region: OTHER });
  expect(back).toMatchObject({ changed: true, resealed: 1, rewrapped: 1 });
  expect(await app.text('app.yml')).toContain(`\nregion: ${OTHER}\n`);
});
