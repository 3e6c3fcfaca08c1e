import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateMultipartUploadCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { gc, type GcReport } from '../../src/actions/gc.ts';
import { REGION, useAws } from '../support/aws.ts';
import { failureOf } from '../support/failure.ts';
import { createScene, plain } from '../support/scene.ts';
import { storedIn } from '../support/stored.ts';
import { createTestHost, createTools } from '../support/tools.ts';

const aws = await useAws();
const stored = storedIn(aws);
const Bucket = aws.bucket;

/** An object and an upload that nothing points to. */
async function createGarbage() {
  const app = await createScene(aws, plain('a', 'one'));
  const newKey = () => `${app.prefix.slice(1)}lost/${randomBytes(32).toString('hex')}`;
  const [key, upload] = [newKey(), newKey()];
  const Metadata = { 'coffer-parameter': `${app.prefix}lost` };
  await aws.s3.send(new PutObjectCommand({ Bucket, Key: key, Body: 'sealed', Metadata }));
  await aws.s3.send(new CreateMultipartUploadCommand({ Bucket, Key: upload }));
  // Objects younger than this moment are kept.
  await sleep(5);
  const file = app.path('app.yml');
  const report = {
    file,
    region: REGION,
    bucket: Bucket,
    objects: [{ key, size: 6 }],
    uploads: [upload],
  };
  return { ...app, file, key, report, empty: { ...report, objects: [], uploads: [] } };
}

test('gc shows what it found, asks, and deletes it', async () => {
  const { prefix, file, report, empty } = await createGarbage();
  const { tools, said } = createTools(aws);
  const shown: (readonly GcReport[])[] = [];
  const options = {
    olderThanSeconds: 0,
    onPlan: (found: readonly GcReport[]) => void shown.push(found),
  };
  expect(await gc(tools, [file], options)).toEqual([report]);
  expect(shown).toEqual([[report]]);
  expect(said).toMatchObject({
    questions: ['Delete these 2 for good?'],
    notes: ['2 deleted'],
  });
  expect(await stored.objects(prefix)).toEqual([]);
  expect(await gc(tools, [file], options), 'nothing is left').toEqual([empty]);
  expect(said.questions).toHaveLength(1);
  expect(said.notes.at(-1)).toBe('nothing to delete: a pointer names every object');
});

test('gc keeps objects younger than a day, or than the given age', async () => {
  const { prefix, file, key } = await createGarbage();
  const { tools } = createTools(aws);
  const [report] = await gc(tools, [file], { yes: true });
  expect(report?.objects).toEqual([]);
  expect(await stored.objects(prefix)).toEqual([key]);
});

test('a dry run asks and deletes nothing; a refusal deletes nothing', async () => {
  const { prefix, file, key, report } = await createGarbage();
  const { tools, said } = createTools(aws, { answer: 'no' });
  expect(await gc(tools, [file], { olderThanSeconds: 0, dryRun: true })).toEqual([report]);
  expect(said.questions).toEqual([]);
  const error = await failureOf(() => gc(tools, [file], { olderThanSeconds: 0 }));
  expect(error.code).toBe('declined');
  expect(await stored.objects(prefix)).toEqual([key]);
});

test('after a stop, reports what was deleted until then', async () => {
  const { prefix, file, key, empty } = await createGarbage();
  const { host } = createTestHost();
  const { tools } = createTools(aws, { host: { ...host, onStop: () => AbortSignal.abort() } });
  const error = await failureOf(() => gc(tools, [file], { olderThanSeconds: 0, yes: true }));
  expect(error).toMatchObject({ code: 'interrupted', report: { manifests: [empty] } });
  expect(await stored.objects(prefix)).toEqual([key]);
});

test('refuses a manifest without a bucket', async () => {
  const app = await createScene(aws, plain('a', 'one'), { header: '' });
  const { tools } = createTools(aws);
  const error = await failureOf(() => gc(tools, [app.path('app.yml')]));
  expect(error).toMatchObject({ code: 'usage' });
  expect(error.message).toContain('has no bucket');
});
