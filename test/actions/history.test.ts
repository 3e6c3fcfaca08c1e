import { expect, test } from 'vitest';
import { history } from '../../src/actions/history.ts';
import { REGION, useAws } from '../support/aws.ts';
import { failureOf } from '../support/failure.ts';
import { storedIn } from '../support/stored.ts';
import { createTools } from '../support/tools.ts';

const aws = await useAws();
const stored = storedIn(aws);
const { tools } = createTools(aws, { region: REGION });

const valuesOf = async (name: string, options?: { reveal: boolean }) =>
  (await history(tools, name, options)).map(({ version, value }) => [version, value]);

test('history masks all versions if one of them is a secret, unless reveal is given', async () => {
  const name = `/${aws.unique('secret')}/token`;
  await stored.put(name, 'open');
  await stored.put(name, 'hidden', { Type: 'SecureString', KeyId: aws.kmskey });
  expect(await valuesOf(name)).toEqual([
    [1, undefined],
    [2, undefined],
  ]);
  const revealed = [
    [1, 'open'],
    [2, 'hidden'],
  ];
  expect(await valuesOf(name, { reveal: true })).toEqual(revealed);
  expect(await valuesOf(name.slice(1), { reveal: true }), 'the slash is added').toEqual(revealed);
});

test('history shows plain values, and the pointers of secrets', async () => {
  const name = `/${aws.unique('open')}/token`;
  const pointer = `s3://${aws.bucket}/app/token/${'0'.repeat(64)}`;
  await stored.put(name, 'text');
  expect(await valuesOf(name)).toEqual([[1, 'text']]);
  await stored.put(name, pointer);
  await stored.put(name, 'hidden', { Type: 'SecureString', KeyId: aws.kmskey });
  expect(await valuesOf(name)).toEqual([
    [1, undefined],
    [2, pointer],
    [3, undefined],
  ]);
});

test('history of a missing parameter is not-found', async () => {
  const name = `/${aws.unique('none')}`;
  expect(await failureOf(() => history(tools, name))).toMatchObject({
    code: 'not-found',
    hint: `coffer find ${name} says which manifest has it; for a secret in Secrets Manager, add --store secretsmanager`,
  });
});

test('history says of a path that it is one', async () => {
  expect(await failureOf(() => history(tools, '/a/b/'))).toMatchObject({
    code: 'usage',
    hint: 'coffer list /a/b/ shows the names below it',
  });
});
