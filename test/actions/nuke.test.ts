import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { encrypt } from '../../src/actions/encrypt.ts';
import { nuke, type NukePlan } from '../../src/actions/nuke.ts';
import { save } from '../../src/actions/save.ts';
import { REGION, useAws } from '../support/aws.ts';
import { failureOf } from '../support/failure.ts';
import { createScene, plain } from '../support/scene.ts';
import { storedIn } from '../support/stored.ts';
import { createTestHost, createTools } from '../support/tools.ts';

const aws = await useAws();
const stored = storedIn(aws);

/** A parameter, a blob, and somebody else's parameter under the same path. */
async function createSaved() {
  const app = await createScene(
    aws,
    `${plain('a', 'one')}  - {name: blob, type: SecureString, file: blob.bin}\n`,
    { files: { 'blob.bin': randomBytes(5000) } },
  );
  const file = app.path('app.yml');
  const { tools } = createTools(aws);
  await encrypt(tools, [file]);
  await save(tools, [file]);
  await stored.put(`${app.prefix}foreign`, 'of no manifest');
  const [key = ''] = await stored.objects(app.prefix);
  return { ...app, file, key, names: [`${app.prefix}a`, `${app.prefix}blob`] };
}

test('nuke shows what it will delete, asks, deletes it, and reports it', async () => {
  const app = await createSaved();
  const { tools, said } = createTools(aws);
  const shown: (readonly NukePlan[])[] = [];
  const reports = await nuke(tools, [app.file], { onPlan: (plans) => void shown.push(plans) });
  const objects = [`s3://${aws.bucket}/${app.key}`];
  expect(shown).toEqual([
    [{ file: app.file, region: REGION, deletion: 'for good', parameters: app.names, objects }],
  ]);
  expect(said.questions).toEqual(['Delete 2 parameters and 1 object for good?']);
  expect(reports).toEqual([
    { file: app.file, region: REGION, deleted: app.names, missing: [], objects: [app.key] },
  ]);
  expect(await stored.values(app.prefix)).toEqual({ foreign: 'of no manifest' });
  expect(await stored.objects(app.prefix)).toEqual([]);
});

test('nuke with keepObjects keeps the objects, and counts missing parameters', async () => {
  const app = await createSaved();
  const { tools, said } = createTools(aws);
  await stored.remove(`${app.prefix}a`);
  const reports = await nuke(tools, [app.file], { yes: true, keepObjects: true });
  expect(reports).toEqual([
    {
      file: app.file,
      region: REGION,
      deleted: [`${app.prefix}blob`],
      missing: [`${app.prefix}a`],
      objects: [],
    },
  ]);
  expect(said.questions).toEqual([]);
  expect(await stored.objects(app.prefix)).toEqual([app.key]);
});

test('does not count the object of a parameter that is not there, but deletes it', async () => {
  const app = await createSaved();
  const { tools, said } = createTools(aws);
  await stored.remove(`${app.prefix}blob`);
  for (const deleted of [[`${app.prefix}a`], []]) {
    const [report] = await nuke(tools, [app.file], { yes: true });
    expect(report).toMatchObject({ deleted, objects: [] });
    expect(await stored.objects(app.prefix)).toEqual([]);
  }
  expect(said.notes).toEqual([
    `${app.file}: 1 parameter deleted, 1 not found, 1 object of those not found deleted, if there`,
    `${app.file}: 0 parameters deleted, 2 not found, 1 object of those not found deleted, if there`,
  ]);
});

test('a refusal deletes nothing', async () => {
  const app = await createSaved();
  const { tools } = createTools(aws, { answer: 'no' });
  const error = await failureOf(() => nuke(tools, [app.file]));
  expect(error.code).toBe('declined');
  expect(Object.keys(await stored.values(app.prefix))).toHaveLength(3);
  expect(await stored.objects(app.prefix)).toEqual([app.key]);
});

test('after a stop, reports what was done', async () => {
  const app = await createSaved();
  const { host } = createTestHost();
  const { tools } = createTools(aws, { host: { ...host, onStop: () => AbortSignal.abort() } });
  const error = await failureOf(() => nuke(tools, [app.file]));
  expect(error.code).toBe('partial');
  expect(error.report).toEqual({
    manifests: [{ file: app.file, region: REGION, deleted: [], missing: [], objects: [] }],
  });
  expect(await stored.objects(app.prefix)).toEqual([app.key]);
});
