import { expect, test } from 'vitest';
import { createParameterStore } from '../../../src/stores/ssm.ts';
import { readActualState } from '../../../src/stores/read.ts';
import type { Desired } from '../../../src/stores/model.ts';
import {
  startAlteringProxy,
  type Alterations,
  type Content,
} from '../../support/altering-proxy.ts';
import { REGION, useAws } from '../../support/aws.ts';
import { sessionAt } from '../../support/services.ts';
import { storedIn } from '../../support/stored.ts';
import { desired } from '../plan/states.ts';
import { createPatience } from './waits.ts';

const aws = await useAws();
const stored = storedIn(aws);

/** Reads AWS under a path, with changed answers to some calls. */
async function readThrough(alterations: Alterations, path: string, wanted: readonly Desired[]) {
  const proxy = await startAlteringProxy(aws.endpoint, alterations);
  const parameters = createParameterStore(sessionAt(proxy), REGION);
  const services = {
    parameters,
    objects: () => Promise.reject(new Error('there are no objects')),
    keyArn: () => Promise.resolve(undefined),
    concurrency: 4,
    patience: createPatience().patience,
  };
  return readActualState(
    {
      path,
      wanted: Promise.resolve(wanted),
      names: wanted.map(({ name }) => name),
      pruneTags: false,
      open: true,
      extras: false,
      differs: () => true,
    },
    services,
  );
}

const listOf = (answer: Content) => answer['Parameters'] as { Name: string; Version: number }[];

/** Lists the state before the last write. */
function lagging(answer: Content): Content {
  return {
    ...answer,
    Parameters: listOf(answer).map((item) => ({
      ...item,
      Version: item.Version - 1,
      Description: 'an old one',
    })),
  };
}

async function createTwice(path: string) {
  await stored.put(`${path}x`, 'old');
  await stored.put(`${path}x`, 'new', { Description: 'the new one' });
  return [desired(`${path}x`)];
}

test('knows only number, type and value of a version that is not listed yet', async () => {
  const path = `/${aws.unique('lag')}/`;
  const wanted = await createTwice(path);
  const { parameters } = await readThrough({ DescribeParameters: lagging }, path, wanted);
  expect([...parameters.values()]).toEqual([
    expect.objectContaining({ name: `${path}x`, version: 2, value: 'new', isUnlisted: true }),
  ]);
});

test('finds a parameter that is not listed yet', async () => {
  const path = `/${aws.unique('lag')}/`;
  const wanted = await createTwice(path);
  const none = { DescribeParameters: () => ({ Parameters: [] }) };
  const { parameters } = await readThrough(none, path, wanted);
  expect(parameters.get(`${path}x`)).toMatchObject({ version: 2, value: 'new', isUnlisted: true });
});

test('asks again until a late listing appears', async () => {
  const path = `/${aws.unique('lag')}/`;
  const wanted = await createTwice(path);
  let asked = 0;
  const late = {
    DescribeParameters: (answer: Content) => (++asked < 3 ? lagging(answer) : answer),
  };
  const { parameters } = await readThrough(late, path, wanted);
  expect(asked).toBe(3);
  expect(parameters.get(`${path}x`)).toMatchObject({ version: 2, description: 'the new one' });
  expect(parameters.get(`${path}x`)?.isUnlisted).toBeUndefined();
});

test('reads a value again if it is older than its listing', async () => {
  const path = `/${aws.unique('lag')}/`;
  const wanted = await createTwice(path);
  let asked = 0;
  const old = { Name: `${path}x`, Type: 'String', Value: 'old', Version: 1 };
  const late = {
    GetParameters: (answer: Content) => (++asked === 1 ? { Parameters: [old] } : answer),
  };
  const { parameters } = await readThrough(late, path, wanted);
  expect(asked).toBe(2);
  expect(parameters.get(`${path}x`)).toMatchObject({ version: 2, value: 'new' });
});

test('ignores a deleted parameter that is still listed', async () => {
  const path = `/${aws.unique('lag')}/`;
  const wanted = await createTwice(path);
  const gone = { GetParameters: () => ({ Parameters: [], InvalidParameters: [`${path}x`] }) };
  const { parameters } = await readThrough(gone, path, wanted);
  expect([...parameters.keys()]).toEqual([]);
});

test('ignores what a server lists outside the path', async () => {
  const path = `/${aws.unique('strict')}/`;
  const wanted = await createTwice(path);
  const foreign = { Name: '/foreign/x', Type: 'String', Version: 1 };
  const all = {
    DescribeParameters: (answer: Content) => ({ Parameters: [...listOf(answer), foreign] }),
  };
  const { parameters } = await readThrough(all, path, wanted);
  expect([...parameters.keys()]).toEqual([`${path}x`]);
});

test('reads tags one by one if the server ignores the tag filter', async () => {
  const path = `/${aws.unique('tags')}/`;
  await stored.put(`${path}right`, 'v');
  await stored.put(`${path}wrong`, 'v');
  await stored.tag(`${path}right`, { team: 'mine' });
  await stored.tag(`${path}wrong`, { team: 'theirs' });
  const everything = [...(await stored.metadata(path)).values()];
  const ignoring = {
    DescribeParameters: () => ({
      Parameters: everything.map(({ Name, Type, Version }) => ({ Name, Type, Version })),
    }),
  };
  const wanted = ['right', 'wrong'].map((name) =>
    desired(`${path}${name}`, { tags: { team: 'mine' } }),
  );
  const { tags } = await readThrough(ignoring, path, wanted);
  expect(tags).toEqual(
    new Map([
      [`${path}right`, { team: 'mine' }],
      [`${path}wrong`, { team: 'theirs' }],
    ]),
  );
});
