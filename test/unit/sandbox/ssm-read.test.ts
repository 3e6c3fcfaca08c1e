import {
  DescribeParametersCommand,
  GetParameterCommand,
  GetParameterHistoryCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  LabelParameterVersionCommand,
  PutParameterCommand,
  paginateDescribeParameters,
  paginateGetParameterHistory,
  paginateGetParametersByPath,
} from '@aws-sdk/client-ssm';
import type { ParameterStringFilter, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { startSandbox } from '../../../src/sandbox/index.ts';
import type { Sandbox } from '../../../src/sandbox/index.ts';
import { clientsFor, codeOf } from './clients.ts';

let sandbox: Sandbox;
let ssm: SSMClient;

beforeAll(async () => {
  sandbox = await startSandbox();
  ({ ssm } = clientsFor(sandbox.url));
  for (let index = 0; index < 60; index += 1) {
    await put(`/many/p${String(index).padStart(2, '0')}`, 'v');
  }
  await put('/tree/a', '1', { Tags: [{ Key: 'team', Value: 'one' }] });
  await put('/tree/b', '2', { Type: 'SecureString', Tier: 'Advanced' });
  await put('/tree/deep/c', '3');
  await put('/treeish', '4');
  for (let version = 1; version <= 3; version += 1) {
    await put('/versions', `v${version}`, { Overwrite: true });
  }
  await label(1, ['first']);
});
afterAll(() => sandbox.close());

function put(Name: string, Value: string, more: object = {}) {
  return ssm.send(new PutParameterCommand({ Name, Value, Type: 'String', ...more }));
}

function label(ParameterVersion: number, Labels: string[]) {
  return ssm.send(
    new LabelParameterVersionCommand({ Name: '/versions', ParameterVersion, Labels }),
  );
}

async function names(filters: ParameterStringFilter[]): Promise<(string | undefined)[]> {
  const command = new DescribeParametersCommand({ ParameterFilters: filters });
  return (await ssm.send(command)).Parameters?.map((each) => each.Name) ?? [];
}

const getOne = (Name: string) => ssm.send(new GetParameterCommand({ Name }));

describe('GetParameter', () => {
  test.each([
    ['/versions', 'v3'],
    ['/versions:2', 'v2'],
    ['/versions:first', 'v1'],
    ['arn:aws:ssm:us-east-1:111122223333:parameter/versions', 'v3'],
    ['arn:aws:ssm:us-east-1:111122223333:parameter/tree/deep/c', '3'],
  ])('finds %s', async (name, value) => {
    expect((await getOne(name)).Parameter?.Value).toBe(value);
  });

  test('answers with version, ARN, selector and a date', async () => {
    expect((await getOne('/versions:2')).Parameter).toMatchObject({
      Name: '/versions',
      Version: 2,
      Selector: ':2',
      ARN: 'arn:aws:ssm:us-east-1:111122223333:parameter/versions',
      DataType: 'text',
      LastModifiedDate: expect.any(Date),
    });
  });

  test('distinguishes a missing parameter from a missing version', async () => {
    expect(await codeOf(getOne('/none'))).toBe('ParameterNotFound');
    expect(await codeOf(getOne('/versions:9'))).toBe('ParameterVersionNotFound');
    expect(await codeOf(getOne('/versions:last'))).toBe('ParameterVersionNotFound');
    expect(await codeOf(getOne('/a b'))).toBe('ValidationException');
  });
});

const getSeveral = (Names: string[]) => ssm.send(new GetParametersCommand({ Names }));

test('GetParameters accepts ten distinct names, and lists those that do not exist', async () => {
  const found = await getSeveral(['/tree/b', '/none', '/tree/a', '/versions:9']);
  expect(found.Parameters?.map((each) => each.Name)).toEqual(['/tree/a', '/tree/b']);
  expect(found.InvalidParameters).toEqual(['/none', '/versions:9']);
  expect(await codeOf(getSeveral(['/tree/a', '/tree/a']))).toBe('ValidationException');
  const eleven = Array.from({ length: 11 }, (_, index) => `/many/p${10 + index}`);
  expect(await codeOf(getSeveral(eleven))).toBe('ValidationException');
  expect(await codeOf(getSeveral([]))).toBe('ValidationException');
});

const listPath = (Path: string, more: object = {}) =>
  ssm.send(new GetParametersByPathCommand({ Path, ...more }));

describe('GetParametersByPath', () => {
  test('reads one level, or all levels', async () => {
    const { Parameters } = await listPath('/tree');
    expect(Parameters?.map((each) => each.Name)).toEqual(['/tree/a', '/tree/b']);
    expect((await listPath('/tree/', { Recursive: true })).Parameters).toHaveLength(3);
    expect(await codeOf(listPath('tree'))).toBe('ValidationException');
    expect(await codeOf(listPath('/tree', { MaxResults: 11 }))).toBe('ValidationException');
  });

  test('decrypts on request', async () => {
    const { Parameters } = await listPath('/tree', { WithDecryption: true });
    expect(Parameters?.map((each) => each.Value)).toEqual(['1', '2']);
  });

  test('pages through everything once', async () => {
    const seen: (string | undefined)[] = [];
    for await (const { Parameters = [] } of paginateGetParametersByPath(
      { client: ssm, pageSize: 7 },
      { Path: '/many' },
    )) {
      expect(Parameters.length).toBeLessThanOrEqual(7);
      seen.push(...Parameters.map((each) => each.Name));
    }
    expect(new Set(seen).size).toBe(60);
    expect(seen).toHaveLength(60);
  });
});

describe('DescribeParameters', () => {
  test('returns everything except the value', async () => {
    const { Parameters } = await ssm.send(
      new DescribeParametersCommand({
        ParameterFilters: [{ Key: 'Name', Values: ['/tree/b'] }],
      }),
    );
    expect(Parameters?.[0]).toMatchObject({
      Name: '/tree/b',
      ARN: 'arn:aws:ssm:us-east-1:111122223333:parameter/tree/b',
      Type: 'SecureString',
      KeyId: 'alias/aws/ssm',
      LastModifiedUser: 'arn:aws:iam::111122223333:user/AKIATEST',
      Version: 1,
      Tier: 'Advanced',
      Policies: [],
      DataType: 'text',
    });
    expect(Parameters?.[0]).not.toHaveProperty('Value');
  });

  test.each<[string, ParameterStringFilter, string[]]>([
    ['path', { Key: 'Path', Values: ['/tree'] }, ['/tree/a', '/tree/b']],
    [
      'path, recursively',
      { Key: 'Path', Option: 'Recursive', Values: ['/tree'] },
      ['/tree/a', '/tree/b', '/tree/deep/c'],
    ],
    [
      'name prefix',
      { Key: 'Name', Option: 'BeginsWith', Values: ['/tree'] },
      ['/tree/a', '/tree/b', '/tree/deep/c', '/treeish'],
    ],
    ['part of the name', { Key: 'Name', Option: 'Contains', Values: ['eei'] }, ['/treeish']],
    ['type', { Key: 'Type', Values: ['SecureString'] }, ['/tree/b']],
    ['key', { Key: 'KeyId', Values: ['alias/aws/ssm'] }, ['/tree/b']],
    ['tier', { Key: 'Tier', Values: ['Advanced'] }, ['/tree/b']],
    ['tag', { Key: 'tag:team', Values: ['one'] }, ['/tree/a']],
    ['tag, any value', { Key: 'tag:team' }, ['/tree/a']],
  ])('filters by %s', async (_what, filter, expected) => {
    expect(await names([filter])).toEqual(expected);
  });

  test.each<[ParameterStringFilter[], string]>([
    [[{ Key: 'Label', Values: ['first'] }], 'InvalidFilterKey'],
    [[{ Key: 'Colour', Values: ['x'] }], 'ValidationException'],
    [[{ Key: 'Name', Option: 'Recursive', Values: ['/a'] }], 'InvalidFilterOption'],
    [[{ Key: 'Path', Option: 'Equals', Values: ['/a'] }], 'InvalidFilterOption'],
    [[{ Key: 'Path', Values: ['a'] }], 'ValidationException'],
    [[{ Key: 'Path', Values: ['/aws/x'] }], 'ValidationException'],
    [[{ Key: 'Type', Values: ['string'] }], 'InvalidFilterValue'],
    [[{ Key: 'Name' }], 'InvalidFilterValue'],
    [
      [
        { Key: 'Name', Values: ['/a'] },
        { Key: 'Name', Values: ['/b'] },
      ],
      'InvalidFilterKey',
    ],
  ])('refuses the filters %j', async (filters, code) => {
    expect(await codeOf(names(filters))).toBe(code);
  });

  test('pages by 50, and refuses the tokens of other calls', async () => {
    const sizes: number[] = [];
    for await (const page of paginateDescribeParameters({ client: ssm }, {})) {
      sizes.push(page.Parameters?.length ?? 0);
    }
    expect(sizes).toEqual([50, 15]);
    const call = ssm.send(new DescribeParametersCommand({ NextToken: 'x' }));
    expect(await codeOf(call)).toBe('InvalidNextToken');
    const tooMany = ssm.send(new DescribeParametersCommand({ MaxResults: 51 }));
    expect(await codeOf(tooMany)).toBe('ValidationException');
  });
});

test('emptyPages puts an empty page before the others', async () => {
  const faults = `${sandbox.url}/_sandbox/faults`;
  await fetch(faults, { method: 'PUT', body: JSON.stringify({ emptyPages: true }) });
  const first = await ssm.send(new DescribeParametersCommand({}));
  expect(first.Parameters).toEqual([]);
  expect(first.NextToken).toBeDefined();
  let count = 0;
  const client = { client: ssm };
  for await (const page of paginateGetParametersByPath(client, { Path: '/tree' })) {
    count += page.Parameters?.length ?? 0;
  }
  expect(count).toBe(2);
  await fetch(faults, { method: 'DELETE' });
});

test('GetParameterHistory lists versions with labels, oldest first', async () => {
  const seen: (string | undefined)[] = [];
  const client = { client: ssm, pageSize: 2 };
  for await (const page of paginateGetParameterHistory(client, { Name: '/versions' })) {
    seen.push(
      ...(page.Parameters ?? []).map(
        (each) => `${each.Version} ${each.Value} ${each.Labels?.join()}`,
      ),
    );
  }
  expect(seen).toEqual(['1 v1 first', '2 v2 ', '3 v3 ']);
  const none = ssm.send(new GetParameterHistoryCommand({ Name: '/none' }));
  expect(await codeOf(none)).toBe('ParameterNotFound');
});

test('a label names one version at a time, and must be valid', async () => {
  expect(await label(1, ['moving', '1st', 'aws.x'])).toMatchObject({
    InvalidLabels: ['1st', 'aws.x'],
    ParameterVersion: 1,
  });
  await label(2, ['moving']);
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name: '/versions:moving' }));
  expect(Parameter?.Version).toBe(2);
  expect(await codeOf(label(9, ['x']))).toBe('ParameterVersionNotFound');
});
