import {
  DescribeParametersCommand,
  GetParameterHistoryCommand,
  PutParameterCommand,
} from '@aws-sdk/client-ssm';
import type { PutParameterCommandInput, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSandbox } from '../../../src/sandbox/index.ts';
import type { Sandbox } from '../../../src/sandbox/index.ts';
import { clientsFor, codeOf, errorOf } from './clients.ts';

let sandbox: Sandbox;
let ssm: SSMClient;

beforeAll(async () => {
  sandbox = await startSandbox();
  ({ ssm } = clientsFor(sandbox.url));
});
afterAll(() => sandbox.close());

let counter = 0;
const fresh = () => `/policies/p${(counter += 1)}`;

function put(policies: unknown, input: Partial<PutParameterCommandInput> = {}) {
  return ssm.send(
    new PutParameterCommand({
      Name: fresh(),
      Value: 'v',
      Type: 'String',
      Tier: 'Advanced',
      Policies: typeof policies === 'string' ? policies : JSON.stringify(policies),
      ...input,
    }),
  );
}

async function describePolicies(name: string) {
  const { Parameters = [] } = await ssm.send(
    new DescribeParametersCommand({ ParameterFilters: [{ Key: 'Name', Values: [name] }] }),
  );
  return Parameters[0]?.Policies;
}

const policy = (Type: string, Attributes: unknown, Version = '1.0') => ({
  Type,
  Version,
  Attributes,
});
const expiration = policy('Expiration', { Timestamp: '2999-01-01T00:00:00.000Z' });
const before = policy('ExpirationNotification', { Before: '15', Unit: 'Days' });
const after = policy('NoChangeNotification', { After: '2', Unit: 'Hours' });

test('are returned one by one, for each version', async () => {
  const Name = fresh();
  await put([expiration, before, after], { Name });
  expect(await describePolicies(Name)).toEqual(
    [expiration, before, after].map((item) => ({
      PolicyText: JSON.stringify(item),
      PolicyType: item.Type,
      PolicyStatus: 'Pending',
    })),
  );
  await put([after], { Name, Overwrite: true });
  const { Parameters = [] } = await ssm.send(new GetParameterHistoryCommand({ Name }));
  expect(Parameters.map(({ Policies }) => Policies?.map(({ PolicyType }) => PolicyType))).toEqual([
    ['Expiration', 'ExpirationNotification', 'NoChangeNotification'],
    ['NoChangeNotification'],
  ]);
});

test('stay if they are left out, and are removed by [{}]', async () => {
  const Name = fresh();
  await put([after], { Name });
  await put([], { Name, Overwrite: true, Policies: undefined });
  expect(await describePolicies(Name)).toHaveLength(1);
  await put('[{}]', { Name, Overwrite: true });
  expect(await describePolicies(Name)).toEqual([]);
});

test('make Intelligent-Tiering choose the Advanced tier', async () => {
  expect(await put([after], { Tier: 'Intelligent-Tiering' })).toMatchObject({ Tier: 'Advanced' });
});

describe('are refused', () => {
  test.each(['Standard', undefined] as const)('in tier %s, even an empty list', async (Tier) => {
    expect(await codeOf(put([after], { Tier }))).toBe('ValidationException');
    expect(await codeOf(put('[{}]', { Tier }))).toBe('ValidationException');
  });

  test.each(['no JSON', '"text"', JSON.stringify(after), '[1]'])('as %s', async (text) => {
    expect(await errorOf(put(text))).toMatchObject({
      name: 'ValidationException',
      message: `Invalid policies input: ${text}.`,
    });
  });

  test.each([
    ['InvalidPolicyTypeException', [policy('Expire', {})]],
    ['InvalidPolicyTypeException', [policy('toString', {})]],
    ['InvalidPolicyAttributeException', [policy('Expiration', {})]],
    ['InvalidPolicyAttributeException', [policy('Expiration', { Timestamp: 'tomorrow' })]],
    [
      'InvalidPolicyAttributeException',
      [policy('Expiration', { Timestamp: '2020-01-01T00:00:00Z' })],
    ],
    ['InvalidPolicyAttributeException', [policy('Expiration', expiration.Attributes, '2.0')]],
    [
      'InvalidPolicyAttributeException',
      [policy('NoChangeNotification', { After: '2', Unit: 'Weeks' })],
    ],
    [
      'InvalidPolicyAttributeException',
      [policy('NoChangeNotification', { Before: '2', Unit: 'Days' })],
    ],
    ['IncompatiblePolicyException', [expiration, expiration]],
    ['PoliciesLimitExceededException', Array.from({ length: 11 }, () => after)],
  ])('with %s: %j', async (code, policies) => {
    expect(await codeOf(put(policies))).toBe(code);
  });
});
