import { describe, expect, test } from 'vitest';
import { createParameterStore } from '../../../src/stores/ssm.ts';
import { REGION, useAws } from '../../support/aws.ts';
import { controlOf } from '../../support/control.ts';
import { startServer } from '../../support/bad-server.ts';
import { failureOf } from '../../support/failure.ts';
import { parametersOf, sessionAt } from '../../support/services.ts';

const aws = await useAws();
const control = controlOf(aws);
const parameters = parametersOf(aws);

const put = (name: string, value: string, type = 'String') =>
  parameters.put({
    name,
    value,
    type,
    keyId: type === 'String' ? undefined : aws.kmskey,
    overwrite: true,
  });

test('reads parameters ten in a call, and leaves out missing ones', async () => {
  const names = Array.from({ length: 25 }, (_, i) => `/many/p${i}`);
  for (const name of names) await put(name, `value of ${name}`);
  const calls = await control.callsOf(async () => {
    const found = await parameters.getMany([...names, '/many/none']);
    expect([...found.keys()].toSorted()).toEqual(names.toSorted());
    for (const [name, { value }] of found) expect(value).toBe(`value of ${name}`);
  });
  expect(calls).toEqual({ 'ssm:GetParameters': 3 });
});

test('reads descriptions to the last page, through empty pages', async () => {
  const names = Array.from({ length: 60 }, (_, i) => `/paged/p${i}`);
  for (const name of names) await put(name, 'v');
  await put('/pagedout', 'v');
  await control.disturb({ emptyPages: true });
  const found = await parameters.describePath('/paged/');
  expect(found.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
});

test('explains a refusal without the secret, and readably even for short values', async () => {
  await control.disturb({ rules: [{ action: 'ssm:PutParameter', deny: true }] });
  const secret = await failureOf(() => put('/a', 'canary', 'SecureString'));
  expect(secret.code).toBe('denied');
  expect(secret.message).not.toContain('canary');
  // A short plain value may occur in AWS's own words.
  const plain = await failureOf(() => put('/a', 'e'));
  expect(plain.message).toContain('not authorized to perform: ssm:PutParameter');
});

const item = (Name: string, Version = 1) => ({ Name, Version, Type: 'String', Value: 'v' });

/** A store whose server answers with these pages in turn, and repeats the last one. */
async function storeOf(...pages: object[]) {
  let next = 0;
  const server = await startServer((_, response) => {
    response.end(JSON.stringify(pages[Math.min(next++, pages.length - 1)]));
  });
  return { store: createParameterStore(sessionAt(server.url), REGION), server };
}

describe('pages', () => {
  test.each([
    ['the same page', [{ Parameters: [item('/a/x')], NextToken: 'again' }]],
    ['an empty page', [{ Parameters: [], NextToken: 'again' }]],
    [
      'a circle of pages',
      ['1', '2', '1', '2', '1'].map((NextToken) => ({ Parameters: [], NextToken })),
    ],
  ])('that lead to %s forever are an error', async (_, pages) => {
    const { store, server } = await storeOf(...pages);
    for (const list of [() => store.describePath('/a/'), () => store.history('/a/x')]) {
      const error = await failureOf(list);
      expect(error.code).toBe('aws');
      expect(error.message).toContain('the same page twice');
    }
    expect(server.requests.length).toBeLessThan(9);
  });

  test('that overlap give each name once, in its newest version', async () => {
    const { store } = await storeOf(
      { Parameters: [item('/a/x', 2), item('/a/y')], NextToken: 'more' },
      { Parameters: [], NextToken: 'yet more' },
      { Parameters: [item('/a/y', 3), item('/a/x', 1), item('/a/z')] },
    );
    const found = await store.describePath('/a/');
    expect(found.map(({ name, version }) => [name, version])).toEqual([
      ['/a/x', 2],
      ['/a/y', 3],
      ['/a/z', 1],
    ]);
  });
});

test('what a server lists beside the path that was asked for does not count', async () => {
  const { store } = await storeOf({ Parameters: [item('/ab'), item('/a/x'), item('/b/a/x')] });
  expect((await store.describePath('/a/')).map(({ name }) => name)).toEqual(['/a/x']);
});

const under = async (path: string) => {
  const found = await parameters.describePath(path);
  return found.map(({ name }) => name).filter((name) => /flat/.test(name));
};

test('finds names without a slash only under /', async () => {
  await put('flat.name', 'v');
  await put('/flat.name', 'v');
  await put('/flat.name/x', 'v');
  expect((await under('/')).toSorted()).toEqual(['/flat.name', '/flat.name/x', 'flat.name']);
  expect(await under('/flat.name/')).toEqual(['/flat.name/x']);
});
