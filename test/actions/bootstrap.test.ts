import { ListBucketsCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import type { Step } from '../../src/access/bootstrap/step.ts';
import { bootstrap, bootstrapCode } from '../../src/actions/bootstrap.ts';
import { useAws } from '../support/aws.ts';
import { failureOf } from '../support/failure.ts';
import { expectReportOf } from '../support/reports.ts';
import { createScene, secret } from '../support/scene.ts';
import { createTools } from '../support/tools.ts';

const aws = await useAws();

/** A manifest whose keys and bucket do not exist yet. */
async function createNew() {
  const bucket = aws.unique('new-bucket');
  const header = `kmskey: alias/${aws.unique('new-key')}\nbucket: ${bucket}\n`;
  const app = await createScene(aws, secret('token', 'one'), { header });
  const alias = `alias/${aws.unique('new-file-key')}`;
  return { ...createTools(aws, { fileKey: { alias } }), file: app.path('app.yml'), bucket };
}

test('bootstrap shows a plan, and with yes creates what is missing; a second run finds nothing', async () => {
  const { tools, said, file, bucket } = await createNew();
  const shown: (readonly Step[])[] = [];
  const plan = await bootstrap(tools, [file], { onPlan: (steps) => void shown.push(steps) });
  expect(new Set(plan.steps.map(({ state }) => state))).toEqual(new Set(['create']));
  expect(shown).toHaveLength(1);
  expectReportOf('bootstrap', plan);
  const { Buckets = [] } = await aws.s3.send(new ListBucketsCommand({}));
  expect(Buckets.map(({ Name }) => Name)).not.toContain(bucket);

  const done = await bootstrap(tools, [file], { yes: true });
  expect(new Set(done.steps.map(({ state }) => state))).toEqual(new Set(['done']));
  expectReportOf('bootstrap', done);
  await bootstrap(tools, [file], { yes: true });
  expect(said.notes).toEqual([
    'nothing changed; --yes applies the lines marked + and ~',
    `${plan.steps.length} done`,
    'nothing to do',
  ]);
});

test('bootstrap creates nothing after a stop', async () => {
  const { tools, file, bucket } = await createNew();
  const host = { ...tools.host, onStop: () => AbortSignal.abort() };
  const error = await failureOf(() => bootstrap({ ...tools, host }, [file], { yes: true }));
  expect(error.code).toBe('interrupted');
  const { Buckets = [] } = await aws.s3.send(new ListBucketsCommand({}));
  expect(Buckets.map(({ Name }) => Name)).not.toContain(bucket);
});

test('bootstrap as code needs no AWS', async () => {
  const { tools, file, bucket } = await createNew();
  expect(await bootstrapCode(tools, [file], 'terraform')).toContain(`bucket = "${bucket}"`);
  expect(await bootstrapCode(tools, [file], 'cloudformation')).toContain(bucket);
});
