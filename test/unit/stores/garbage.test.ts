import { randomBytes } from 'node:crypto';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { deleteOrphans, findGarbage } from '../../../src/stores/garbage.ts';
import { useAws } from '../../support/aws.ts';
import { controlOf } from '../../support/control.ts';
import { failureOf } from '../../support/failure.ts';
import { objectsOf, parametersOf } from '../../support/services.ts';
import { storedIn } from '../../support/stored.ts';

const aws = await useAws();
const control = controlOf(aws);
const stored = storedIn(aws);
const services = {
  objects: objectsOf(aws),
  parameters: parametersOf(aws),
  concurrency: 8,
};

async function addObject(path: string, owner?: string): Promise<string> {
  const Key = `${path.slice(1)}data/${randomBytes(32).toString('hex')}`;
  const Metadata: Record<string, string> = owner ? { 'coffer-parameter': owner } : {};
  await aws.s3.send(new PutObjectCommand({ Bucket: aws.bucket, Key, Body: 'sealed', Metadata }));
  return Key;
}

const find = (path: string, more: { keep?: ReadonlySet<string>; before?: Date } = {}) =>
  findGarbage(
    { path, bucket: aws.bucket, keep: new Set(), before: new Date(Date.now() + 1000), ...more },
    services,
  );

describe('the calls to find', () => {
  test('nothing: two listings and one DescribeParameters', async () => {
    const path = `/${aws.unique('empty')}/`;
    const calls = await control.callsOf(() => find(path));
    expect(calls).toEqual({
      's3:ListObjectsV2': 1,
      's3:ListMultipartUploads': 1,
      'ssm:DescribeParameters': 1,
    });
  });

  test('the objects of one parameter: one GetParameterHistory, one HEAD each', async () => {
    const path = `/${aws.unique('lost')}/`;
    const keys: string[] = [];
    for (let i = 0; i < 5; i++) keys.push(await addObject(path, '/elsewhere/gone'));
    const calls = await control.callsOf(async () => {
      const { objects } = await find(path);
      expect(objects.map(({ key }) => key).sort()).toEqual(keys.sort());
    });
    expect(calls).toMatchObject({ 's3:HeadObject': 5, 'ssm:GetParameterHistory': 1 });
  });

  test('the objects in use: no HEAD', async () => {
    const path = `/${aws.unique('used')}/`;
    const key = await addObject(path, `${path}data`);
    await stored.put(`${path}data`, `s3://${aws.bucket}/${key}`);
    const calls = await control.callsOf(async () => {
      expect(await find(path)).toEqual({ objects: [], uploads: [] });
    });
    expect(calls['s3:HeadObject']).toBeUndefined();
    expect(calls['ssm:GetParameterHistory']).toBe(1);
  });
});

test('keeps what the manifest names, and what is as young as the limit', async () => {
  const path = `/${aws.unique('kept')}/`;
  const key = await addObject(path, `${path}data`);
  expect((await find(path)).objects).toHaveLength(1);
  expect((await find(path, { keep: new Set([key]) })).objects).toEqual([]);
  const [listed] = await services.objects.list(aws.bucket, path.slice(1));
  expect((await find(path, { before: listed?.modified ?? new Date(0) })).objects).toEqual([]);
});

test('never deletes an object that does not name its parameter', async () => {
  const path = `/${aws.unique('unnamed')}/`;
  await addObject(path);
  const named = await addObject(path, `${path}data`);
  expect((await find(path)).objects.map(({ key }) => key)).toEqual([named]);
});

test.each(['ssm:GetParameterHistory', 's3:GetObject', 'ssm:DescribeParameters'])(
  'finds no garbage without the right to %s',
  async (action) => {
    const path = `/${aws.unique('denied')}/`;
    await addObject(path, `${path}data`);
    await stored.put(`${path}data`, 'text');
    await control.disturb({ rules: [{ action, deny: true }] });
    expect((await failureOf(() => find(path))).code).toBe('denied');
  },
);

test('a SecureString that looks like a pointer protects nothing', async () => {
  const path = `/${aws.unique('secure')}/`;
  const key = await addObject(path, `${path}data`);
  const Value = `s3://${aws.bucket}/${key}`;
  await stored.put(`${path}data`, Value, { Type: 'SecureString', KeyId: aws.kmskey });
  expect((await find(path)).objects.map((object) => object.key)).toEqual([key]);
});

async function createOrphans() {
  const path = `/${aws.unique('racing')}/`;
  const keys = [await addObject(path, `${path}data`), await addObject(path, `${path}other`)];
  const { objects: orphans } = await find(path);
  expect(orphans).toHaveLength(2);
  const [key = '', other = ''] = keys;
  const point = () => stored.put(`${path}data`, `s3://${aws.bucket}/${key}`);
  return { path, key, other, orphans, point };
}

describe('right before it deletes', () => {
  test('gc looks again, and keeps objects that got a pointer meanwhile', async () => {
    const { path, key, other, orphans, point } = await createOrphans();
    await point();
    const deleted = await deleteOrphans(orphans, aws.bucket, services);
    expect(deleted.map((orphan) => orphan.key)).toEqual([other]);
    expect(await stored.objects(path)).toEqual([key]);
  });

  test('a pointer in an older version counts too', async () => {
    const { path, key, orphans, point } = await createOrphans();
    await point();
    await stored.put(`${path}data`, 'text');
    await deleteOrphans(orphans, aws.bucket, services);
    expect(await stored.objects(path)).toEqual([key]);
  });

  test('gc reports an object that gets a pointer at that very moment', async () => {
    const { path, orphans, point } = await createOrphans();
    const objects = {
      ...services.objects,
      deleteBatch: async (bucket: string, keys: readonly string[]) => {
        await point();
        await services.objects.deleteBatch(bucket, keys);
      },
    };
    const failure = await failureOf(() =>
      deleteOrphans(orphans, aws.bucket, { ...services, objects }),
    );
    expect(failure.code).toBe('conflict');
    expect(failure.message).toContain(`${path}data point to an object`);
  });
});
