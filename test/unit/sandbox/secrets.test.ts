import {
  CancelRotateSecretCommand,
  DeleteSecretCommand,
  ListSecretsCommand,
  RotateSecretCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { startSandbox } from '../../../src/sandbox/index.ts';
import type { Sandbox } from '../../../src/sandbox/index.ts';
import { clientsFor, codeOf, errorOf } from './clients.ts';
import type { Clients } from './clients.ts';
import { rawCode, rawJson } from './raw.ts';
import { freshName, idOf, LAMBDA, secretsOf } from './secrets.ts';

const OTHER_ACCOUNT = '444455556666';

let sandbox: Sandbox;
let client: Clients['secrets'];
let secrets: ReturnType<typeof secretsOf>;

beforeAll(async () => {
  sandbox = await startSandbox({ accounts: new Map([['AKIAOTHER', OTHER_ACCOUNT]]) });
  client = clientsFor(sandbox.url).secrets;
  secrets = secretsOf(client);
});
afterAll(() => sandbox.close());

describe('names', () => {
  test.each(['', 'a b', 'a:b', 'ü', 'a!b', 'a#b', 'x'.repeat(513)])(
    '%j is refused',
    async (Name) => {
      expect(await codeOf(secrets.create({ Name }))).toBe('ValidationException');
    },
  );

  test.each(['plain', '/a/b_c+d=e.f@g-h', 'x'.repeat(512)])('%s is accepted', async (Name) => {
    expect((await secrets.create({ Name })).Name).toBe(Name);
  });

  test('become an ARN with six random characters, by which and without which it is found', async () => {
    const { ARN = '', Name = '' } = await secrets.create({ SecretString: 'v' });
    expect(ARN).toMatch(
      new RegExp(`^arn:aws:secretsmanager:us-east-1:111122223333:secret:${Name}-[A-Za-z0-9]{6}$`),
    );
    for (const id of [ARN, ARN.slice(0, -7), Name]) {
      expect((await secrets.get(id)).SecretString).toBe('v');
    }
    const wrong = `${ARN.slice(0, -1)}${ARN.endsWith('x') ? 'y' : 'x'}`;
    expect(await codeOf(secrets.get(wrong))).toBe('ResourceNotFoundException');
    expect(await codeOf(secrets.get('none'))).toBe('ResourceNotFoundException');
    expect(await codeOf(secrets.get('two words'))).toBe('ValidationException');
  });

  test('are taken, but for a repeated request', async () => {
    const Name = freshName();
    const input = { Name, SecretString: 'v', ClientRequestToken: idOf('a') };
    const { ARN } = await secrets.create(input);
    expect(await secrets.create(input)).toMatchObject({ ARN, VersionId: idOf('a') });
    for (const change of [{ SecretString: 'w' }, { ClientRequestToken: idOf('b') }]) {
      expect(await codeOf(secrets.create({ ...input, ...change }))).toBe('ResourceExistsException');
    }
  });
});

const raw = (operation: string, body: object) =>
  rawJson(sandbox.url, `secretsmanager.${operation}`, JSON.stringify(body), 'secretsmanager').then(
    rawCode,
  );

describe('values', () => {
  test.each([
    ['an empty text', { SecretString: '' }, 'ValidationException'],
    ['no bytes', { SecretBinary: new Uint8Array() }, 'ValidationException'],
    ['65,537 bytes', { SecretString: 'x'.repeat(65_537) }, 'ValidationException'],
    ['65,537 bytes of text', { SecretString: `${'ü'.repeat(32_768)}x` }, 'ValidationException'],
    ['65,537 binary bytes', { SecretBinary: new Uint8Array(65_537) }, 'ValidationException'],
    [
      'text and binary',
      { SecretString: 'v', SecretBinary: Buffer.from('v') },
      'InvalidParameterException',
    ],
    ['a short token', { ClientRequestToken: 'x'.repeat(31) }, 'InvalidParameterException'],
    ['a long token', { ClientRequestToken: 'x'.repeat(65) }, 'InvalidParameterException'],
  ])('%s is refused', async (_, input, code) => {
    expect(await codeOf(secrets.create(input))).toBe(code);
  });

  test('of 65,536 bytes are accepted, and are not in the error of a longer one', async () => {
    const { Name = '' } = await secrets.create({ SecretString: 'ü'.repeat(32_768) });
    expect((await secrets.get(Name)).SecretString).toBe('ü'.repeat(32_768));
    const { message } = await errorOf(secrets.put(Name, 'a', { SecretString: 'x'.repeat(70_000) }));
    expect(message).not.toContain('xx');
  });

  test('need a token and a value', async () => {
    expect(await raw('CreateSecret', { Name: freshName() })).toBe('InvalidRequestException');
    const { Name = '' } = await secrets.create();
    const put = { SecretId: Name, ClientRequestToken: idOf('a') };
    expect(await raw('PutSecretValue', put)).toBe('InvalidRequestException');
  });
});

describe('ListSecrets', () => {
  test('pages by a hundred, in the order of creation', async () => {
    const far = clientsFor(sandbox.url, { region: 'ap-south-1' }).secrets;
    const there = secretsOf(far);
    const names = Array.from({ length: 101 }, (_, index) => `n${String(index).padStart(3, '0')}`);
    await Promise.all(names.map((Name) => there.create({ Name })));
    const first = await far.send(new ListSecretsCommand({}));
    expect(first.SecretList).toHaveLength(100);
    const last = await far.send(new ListSecretsCommand({ NextToken: first.NextToken }));
    const all = [...(first.SecretList ?? []), ...(last.SecretList ?? [])];
    expect(new Set(all.map(({ Name }) => Name))).toEqual(new Set(names));
    const down = await there.list({ SortOrder: 'desc', MaxResults: 1 });
    expect(down).toEqual([all.at(-1)?.Name]);
    const byName = await there.list({ SortBy: 'name', SortOrder: 'desc', MaxResults: 2 });
    expect(byName).toEqual(['n100', 'n099']);
    expect(await codeOf(there.list({ MaxResults: 101 }))).toBe('ValidationException');
    expect(await codeOf(there.list({ NextToken: 'x' }))).toBe('InvalidNextTokenException');
  });

  test('filters, and shows what is scheduled for deletion only on demand', async () => {
    const there = secretsOf(clientsFor(sandbox.url, { region: 'ap-south-2' }).secrets);
    const Tags = [{ Key: 'team', Value: 'blue sky' }];
    await there.create({ Name: 'prod/a', Description: 'Main key', Tags });
    await there.create({ Name: 'prod/b' });
    await there.create({ Name: 'Prod/c' });
    // Two of one millisecond are in no certain order.
    const by = async (Key: string, ...Values: string[]) =>
      new Set(await there.list({ Filters: [{ Key: Key as 'name', Values }] }));
    expect(await by('name', 'prod/')).toEqual(new Set(['prod/a', 'prod/b']));
    expect(await by('name', 'prod/b', 'Prod')).toEqual(new Set(['Prod/c', 'prod/b']));
    expect(await by('name', 'prod/', '!prod/b')).toEqual(new Set(['prod/a']));
    expect(await by('description', 'main')).toEqual(new Set(['prod/a']));
    expect(await by('description', 'key')).toEqual(new Set([]));
    expect(await by('tag-key', 'tea')).toEqual(new Set(['prod/a']));
    expect(await by('tag-value', 'Blue')).toEqual(new Set([]));
    expect(await by('all', 'SKY nothing')).toEqual(new Set(['prod/a']));
    expect(await codeOf(by('nonsense', 'x'))).toBe('ValidationException');
    await clientsFor(sandbox.url, { region: 'ap-south-2' }).secrets.send(
      new DeleteSecretCommand({ SecretId: 'prod/a' }),
    );
    expect(await by('name', 'prod/')).toEqual(new Set(['prod/b']));
    expect(new Set(await there.list({ IncludePlannedDeletion: true }))).toEqual(
      new Set(['prod/a', 'prod/b', 'Prod/c']),
    );
  });
});

test('tags are merged and removed, within limits', async () => {
  const { Name = '' } = await secrets.create({ Tags: [{ Key: 'a', Value: '1' }] });
  const tag = (...Tags: { Key: string; Value: string }[]) =>
    client.send(new TagResourceCommand({ SecretId: Name, Tags }));
  await tag({ Key: 'a', Value: '2' }, { Key: 'b', Value: '3' });
  await client.send(new UntagResourceCommand({ SecretId: Name, TagKeys: ['b', 'none'] }));
  expect((await secrets.describe(Name)).Tags).toEqual([{ Key: 'a', Value: '2' }]);
  const many = Array.from({ length: 50 }, (_, index) => ({ Key: `k${index}`, Value: '' }));
  expect(await codeOf(tag(...many))).toBe('InvalidParameterException');
  expect(await codeOf(tag({ Key: 'aws:x', Value: '' }))).toBe('InvalidParameterException');
});

test('rotation can be set and cancelled', async () => {
  const { Name: SecretId = '' } = await secrets.create({ SecretString: 'v' });
  expect((await secrets.describe(SecretId)).RotationEnabled).toBeUndefined();
  expect(await codeOf(client.send(new RotateSecretCommand({ SecretId })))).toBe(
    'InvalidRequestException',
  );
  const RotationRules = { AutomaticallyAfterDays: 30 };
  await client.send(
    new RotateSecretCommand({ SecretId, RotationLambdaARN: LAMBDA, RotationRules }),
  );
  expect(await secrets.describe(SecretId)).toMatchObject({
    RotationEnabled: true,
    RotationLambdaARN: LAMBDA,
    RotationRules,
  });
  await client.send(new CancelRotateSecretCommand({ SecretId }));
  expect((await secrets.describe(SecretId)).RotationEnabled).toBe(false);
});

test('accounts and regions are apart', async () => {
  const Name = freshName();
  const { ARN = '' } = await secrets.create({ Name, SecretString: 'here' });
  const regional = secretsOf(clientsFor(sandbox.url, { region: 'eu-west-3' }).secrets);
  const foreign = secretsOf(clientsFor(sandbox.url, { accessKeyId: 'AKIAOTHER' }).secrets);
  for (const there of [regional, foreign]) {
    expect(await codeOf(there.get(Name))).toBe('ResourceNotFoundException');
    await there.create({ Name, SecretString: 'there' });
    expect(await there.list({ Filters: [{ Key: 'name', Values: [Name] }] })).toEqual([Name]);
    expect((await there.get(Name)).SecretString).toBe('there');
  }
  expect((await foreign.describe(Name)).ARN).toContain(`:${OTHER_ACCOUNT}:`);
  expect(await codeOf(foreign.get(ARN))).toBe('AccessDeniedException');
  expect(await codeOf(regional.get(ARN))).toBe('ResourceNotFoundException');
  expect((await secrets.get(Name)).SecretString).toBe('here');
});
