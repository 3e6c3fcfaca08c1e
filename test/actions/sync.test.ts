import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { expect, test } from 'vitest';
import { encrypt } from '../../src/actions/encrypt.ts';
import { save } from '../../src/actions/save.ts';
import { sync } from '../../src/actions/sync.ts';
import type { Plan } from '../../src/plan/model.ts';
import { REGION, useAws } from '../support/aws.ts';
import { failureOf } from '../support/failure.ts';
import { createScene, plain, secret } from '../support/scene.ts';
import { createTools } from '../support/tools.ts';

const aws = await useAws();

test('sync shows its plan, asks, writes what differs, and reports the versions', async () => {
  const app = await createScene(aws, secret('a', 'one') + plain('b', 'two'));
  const file = app.path('app.yml');
  const { tools, said } = createTools(aws);
  await encrypt(tools, [file]);
  const shown: (readonly Plan[])[] = [];
  const first = await sync(tools, [file], { onPlan: (plans) => void shown.push(plans) });
  const [a, b] = [`${app.prefix}a`, `${app.prefix}b`];
  const report = { done: [a, b], failed: [], left: [], deleted: [], versions: { [a]: 1, [b]: 1 } };
  const regions = [{ region: REGION, ...report, objects: {} }];
  expect(first).toEqual({ ...report, finishedAt: expect.any(String) as string, regions });
  expect(shown).toHaveLength(1);
  expect(said.questions).toEqual(['Write 2 parameters?']);
  const { Parameter } = await aws.ssm.send(
    new GetParameterCommand({ Name: a, WithDecryption: true }),
  );
  expect(Parameter?.Value).toBe('one');

  const second = await sync(tools, [file]);
  expect(second).toMatchObject({ done: [], versions: { [a]: 1, [b]: 1 } });
  expect(said.questions).toHaveLength(1);
});

test('a refusal leaves AWS unchanged', async () => {
  const app = await createScene(aws, plain('a', 'one'));
  const { tools } = createTools(aws, { answer: 'no' });
  const error = await failureOf(() => sync(tools, [app.path('app.yml')]));
  expect(error).toMatchObject({ code: 'declined' });
  const dry = await sync(tools, [app.path('app.yml')], { dryRun: true, yes: true });
  expect(dry.versions).toEqual({});
});

test('reports the object of each pointer, whether it wrote it or found it', async () => {
  const inS3 = '  - {name: store, type: SecureString, value: long, store: s3}\n';
  const app = await createScene(aws, secret('a', 'one') + inS3);
  const { tools } = createTools(aws);
  await encrypt(tools, [app.path('app.yml')]);
  const first = await sync(tools, [app.path('app.yml')], { yes: true });
  const name = `${app.prefix}store`;
  const { Parameter } = await aws.ssm.send(new GetParameterCommand({ Name: name }));
  const [, digest] = /v3-([0-9a-f]{64})$/.exec(Parameter?.Value ?? '') ?? [];
  expect(digest).toBeDefined();
  const objects = { [name]: digest };
  expect(first.regions).toMatchObject([{ objects }]);
  expect(await sync(tools, [app.path('app.yml')])).toMatchObject({ regions: [{ objects }] });
  expect(await save(tools, [app.path('app.yml')])).toMatchObject({ regions: [{ objects }] });
});
