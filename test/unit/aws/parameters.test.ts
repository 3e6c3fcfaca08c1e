import { expect, test } from 'vitest';
import { createParameterStore } from '../../../src/aws/parameters.ts';
import { REGION, useAws } from '../../support/aws.ts';
import { controlOf } from '../../support/control.ts';
import { failureOf } from '../../support/failure.ts';

const aws = await useAws();
const control = controlOf(aws);
const parameters = createParameterStore(
  {
    endpoint: aws.endpoint,
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'test' },
    concurrency: 4,
  },
  REGION,
);

const put = (name: string, value: string, type = 'String') =>
  parameters.put({
    name,
    value,
    type,
    keyId: type === 'String' ? undefined : aws.kmskey,
    overwrite: true,
  });

test('many parameters are read ten a call, and missing ones are left out', async () => {
  const names = Array.from({ length: 25 }, (_, i) => `/many/p${i}`);
  for (const name of names) await put(name, `value of ${name}`);
  const calls = await control.callsOf(async () => {
    const found = await parameters.getMany([...names, '/many/none']);
    expect([...found.keys()].toSorted()).toEqual(names.toSorted());
    for (const [name, { value }] of found) expect(value).toBe(`value of ${name}`);
  });
  expect(calls).toEqual({ 'ssm:GetParameters': 3 });
});

test('descriptions are read through empty pages to the last', async () => {
  const names = Array.from({ length: 60 }, (_, i) => `/paged/p${i}`);
  for (const name of names) await put(name, 'v');
  await put('/pagedout', 'v');
  await control.disturb({ emptyPages: true });
  const found = await parameters.describePath('/paged/');
  expect(found.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
});

test('what is refused is explained without the secret, and legibly however short the value', async () => {
  await control.disturb({ rules: [{ action: 'ssm:PutParameter', deny: true }] });
  const secret = await failureOf(() => put('/a', 'canary', 'SecureString'));
  expect(secret.code).toBe('denied');
  expect(secret.message).not.toContain('canary');
  // A short value that is no secret occurs in AWS's own words.
  const plain = await failureOf(() => put('/a', 'e'));
  expect(plain.message).toContain('not authorized to perform: ssm:PutParameter');
});
