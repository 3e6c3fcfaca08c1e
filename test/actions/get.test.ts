import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { get, openValue } from '../../src/actions/get.ts';
import { put } from '../../src/actions/put.ts';
import { valueLimit } from '../../src/sizes.ts';
import { REGION, useAws } from '../support/aws.ts';
import { failureOf } from '../support/failure.ts';
import { storedIn } from '../support/stored.ts';
import { createTools } from '../support/tools.ts';

const aws = await useAws();
const stored = storedIn(aws);
const { tools } = createTools(aws, { region: REGION });

/** A parameter that points to an object. */
async function publish(data: Buffer) {
  const path = `${aws.unique('get')}/data`;
  const target = { path, bucket: aws.bucket, kmskey: aws.kmskey };
  return put(
    tools,
    (async function* () {
      yield await Promise.resolve(data);
    })(),
    target,
  );
}

const text = async (selector: string) => (await get(tools, selector)).toString();

const hintOf = async (selector: string) => (await failureOf(() => text(selector))).hint;

describe('get', () => {
  test('returns the value of a parameter, by name or by version', async () => {
    const name = `/${aws.unique('get')}/text`;
    await stored.put(name, 'før');
    await stored.put(name, 'now', { Type: 'SecureString', KeyId: aws.kmskey });
    expect(await text(name)).toBe('now');
    expect(await text(name.slice(1))).toBe('now');
    expect(await text(`${name}@1`)).toBe('før');
    expect(await text(`${name}:1`)).toBe('før');
  });

  test('follows a pointer to its object, or reads the object by its URL', async () => {
    const data = randomBytes(3_000_000);
    const { parameter, url } = await publish(data);
    expect((await get(tools, parameter)).equals(data)).toBe(true);
    expect((await get(tools, url)).equals(data)).toBe(true);
  });

  test('suggests the nearest name in the same folder', async () => {
    const folder = `/${aws.unique('get')}`;
    await stored.put(`${folder}/api_token`, 'x');
    expect(await hintOf(`${folder}/api_tokne`)).toBe(`did you mean ${folder}/api_token?`);
    expect(await hintOf(`${folder}/api_tokne@2`)).toBe(`did you mean ${folder}/api_token@2?`);
    expect(await hintOf(`${folder}/api_token@9`)).toBeUndefined();
  });

  test('says where else a missing name may be', async () => {
    const name = `${aws.unique('get')}/token`;
    for (const missing of [name, `/${name}`, 'token', 'token@3']) {
      expect(await hintOf(missing)).toBe(
        `coffer find ${missing.replace('@3', '')} says which manifest has it; for a secret in Secrets Manager, add --store secretsmanager`,
      );
    }
    const { hint } = await failureOf(() => get(tools, name, { store: 'ssm' }));
    expect(hint).toBe(`coffer find ${name} says which manifest has it`);
  });

  test('says of a path that it is one', async () => {
    for (const path of ['/a/b/', 'a/b/', '/a/b/@3']) {
      expect(await failureOf(() => text(path))).toMatchObject({
        code: 'usage',
        message: '/a/b/ is a path, not the name of a parameter',
        hint: 'coffer list /a/b/ shows the names below it',
      });
    }
  });

  test('refuses a value above its limit', async () => {
    const { parameter, url } = await publish(randomBytes(1001));
    expect(await get({ ...tools, limit: valueLimit(1001) }, parameter)).toHaveLength(1001);
    const error = await failureOf(() => get({ ...tools, limit: valueLimit(1000) }, parameter));
    expect(error).toMatchObject({
      code: 'oversize',
      message: `${url}: 1001 bytes is more than the limit of 1000 bytes`,
    });
  });

  test.each([
    ['a missing parameter', '/coffer/none', 'not-found'],
    ['a bucket without a key', 's3://bucket', 'usage'],
  ])('refuses %s', async (_, selector, code) => {
    expect((await failureOf(() => get(tools, selector))).code).toBe(code);
  });
});

describe('an open value', () => {
  test.each(['verified', 'unverified'] as const)('can be read %s, more than once', async (how) => {
    const data = randomBytes(2_000_000);
    const value = await openValue(tools, (await publish(data)).parameter);
    expect(value.size).toBe(data.length);
    for (let i = 0; i < 2; i++) expect((await buffer(value[how]())).equals(data)).toBe(true);
    await value.close();
  });

  test('can be text from SSM', async () => {
    const name = `/${aws.unique('get')}/text`;
    await stored.put(name, 'tüxt');
    const value = await openValue(tools, name);
    expect(value.size).toBe(5);
    expect((await buffer(value.verified())).toString()).toBe('tüxt');
    await value.close();
  });
});
