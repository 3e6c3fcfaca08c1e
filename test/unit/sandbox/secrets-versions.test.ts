import {
  BatchGetSecretValueCommand,
  ListSecretVersionIdsCommand,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { Access, Call } from '../../../src/sandbox/access.ts';
import { Policies } from '../../../src/sandbox/iam/policies.ts';
import { Identities } from '../../../src/sandbox/identities.ts';
import { startSandbox } from '../../../src/sandbox/index.ts';
import type { Sandbox } from '../../../src/sandbox/index.ts';
import { KeyRing } from '../../../src/sandbox/kms/keyring.ts';
import { SecretStore, type Secret } from '../../../src/sandbox/secretsmanager/model.ts';
import { withVersion } from '../../../src/sandbox/secretsmanager/versions.ts';
import { DEFAULTS } from '../../../src/sandbox/settings.ts';
import { Store } from '../../../src/sandbox/state/store.ts';
import { clientsFor, codeOf, errorOf } from './clients.ts';
import type { Clients } from './clients.ts';
import { freshName, idOf, secretsOf } from './secrets.ts';

let sandbox: Sandbox;
let client: Clients['secrets'];
let secrets: ReturnType<typeof secretsOf>;

beforeAll(async () => {
  sandbox = await startSandbox();
  client = clientsFor(sandbox.url).secrets;
  secrets = secretsOf(client);
});
afterAll(() => sandbox.close());

/** A secret with versions of these letters, in this order. */
async function secretWith(letters: string): Promise<string> {
  const Name = freshName();
  await secrets.create({ Name });
  for (const letter of letters) await secrets.put(Name, letter);
  return Name;
}

describe('labels', () => {
  test('AWSCURRENT moves to a new version, AWSPREVIOUS follows, and the third has none', async () => {
    const name = await secretWith('abc');
    expect(await secrets.stages(name)).toEqual({ a: [], b: ['AWSPREVIOUS'], c: ['AWSCURRENT'] });
    expect((await secrets.describe(name)).VersionIdsToStages).toEqual({
      [idOf('b')]: ['AWSPREVIOUS'],
      [idOf('c')]: ['AWSCURRENT'],
    });
    const { Versions } = await client.send(new ListSecretVersionIdsCommand({ SecretId: name }));
    expect(Versions?.map(({ VersionId }) => VersionId?.[0])).toEqual(['b', 'c']);
  });

  test('the first version gets AWSCURRENT whatever is asked', async () => {
    const name = await secretWith('');
    await secrets.put(name, 'a', { VersionStages: ['AWSPENDING'] });
    expect(await secrets.stages(name)).toEqual({ a: ['AWSCURRENT', 'AWSPENDING'] });
    await secrets.put(name, 'b', { VersionStages: ['AWSPENDING', 'mine'] });
    expect(await secrets.stages(name)).toEqual({ a: ['AWSCURRENT'], b: ['AWSPENDING', 'mine'] });
  });

  test('a repeated token with the same content changes nothing, even of an old version', async () => {
    const name = await secretWith('abc');
    const again = await secrets.put(name, 'a');
    expect(again.VersionId).toBe(idOf('a'));
    expect(again.VersionStages ?? []).toEqual([]);
    expect((await secrets.put(name, 'c')).VersionStages).toEqual(['AWSCURRENT']);
    expect(await secrets.stages(name)).toEqual({ a: [], b: ['AWSPREVIOUS'], c: ['AWSCURRENT'] });
    expect((await secrets.get(name)).SecretString).toBe('value c');
  });

  test.each([
    ['another text', { SecretString: 'other' }],
    ['the same bytes as binary', { SecretString: undefined, SecretBinary: Buffer.from('value a') }],
  ])('a repeated token with %s is refused', async (_, content) => {
    const name = await secretWith('ab');
    expect(await codeOf(secrets.put(name, 'a', content))).toBe('ResourceExistsException');
  });

  test('UpdateSecret with a value makes a version too', async () => {
    const name = await secretWith('a');
    const input = { SecretId: name, SecretString: 'v', ClientRequestToken: idOf('b') };
    const update = () => client.send(new UpdateSecretCommand(input));
    expect((await update()).VersionId).toBe(idOf('b'));
    await update();
    expect(await secrets.stages(name)).toEqual({ a: ['AWSPREVIOUS'], b: ['AWSCURRENT'] });
    const described = new UpdateSecretCommand({ SecretId: name, Description: 'd' });
    expect((await client.send(described)).VersionId).toBeUndefined();
    expect((await secrets.describe(name)).Description).toBe('d');
    expect((await secrets.get(name)).SecretString).toBe('v');
  });
});

const move = (SecretId: string, VersionStage: string, from?: string, to?: string) =>
  client.send(
    new UpdateSecretVersionStageCommand({
      SecretId,
      VersionStage,
      ...(from === undefined ? {} : { RemoveFromVersionId: idOf(from) }),
      ...(to === undefined ? {} : { MoveToVersionId: idOf(to) }),
    }),
  );

describe('UpdateSecretVersionStage', () => {
  test('brings a version without labels back', async () => {
    const name = await secretWith('abc');
    await move(name, 'AWSCURRENT', 'c', 'a');
    expect(await secrets.stages(name)).toEqual({ a: ['AWSCURRENT'], b: [], c: ['AWSPREVIOUS'] });
    expect((await secrets.get(name)).SecretString).toBe('value a');
  });

  test('swaps the current and the previous version', async () => {
    const name = await secretWith('ab');
    await move(name, 'AWSCURRENT', 'b', 'a');
    expect(await secrets.stages(name)).toEqual({ a: ['AWSCURRENT'], b: ['AWSPREVIOUS'] });
  });

  test('attaches and removes labels of others', async () => {
    const name = await secretWith('ab');
    await move(name, 'mine', undefined, 'a');
    expect(await secrets.stages(name)).toMatchObject({ a: ['AWSPREVIOUS', 'mine'] });
    await move(name, 'mine', 'a', 'b');
    expect(await secrets.stages(name)).toMatchObject({ b: ['AWSCURRENT', 'mine'] });
    await move(name, 'mine', 'b');
    expect(await secrets.stages(name)).toMatchObject({ b: ['AWSCURRENT'] });
  });

  test.each<[string, string, string | undefined, string | undefined, string]>([
    ['without the version that has it', 'AWSCURRENT', undefined, 'a', 'InvalidParameterException'],
    ['from another version', 'AWSCURRENT', 'a', 'a', 'InvalidParameterException'],
    ['from all', 'AWSCURRENT', 'b', undefined, 'InvalidParameterException'],
    ['to no version', 'AWSCURRENT', 'b', 'z', 'ResourceNotFoundException'],
    ['nowhere', 'mine', undefined, undefined, 'InvalidParameterException'],
  ])('is refused %s', async (_, label, from, to, code) => {
    const name = await secretWith('ab');
    expect(await codeOf(move(name, label, from, to))).toBe(code);
    expect(await secrets.stages(name)).toEqual({ a: ['AWSPREVIOUS'], b: ['AWSCURRENT'] });
  });
});

describe('GetSecretValue', () => {
  test('reads by id and by label, and returns bytes as they were', async () => {
    const name = await secretWith('abc');
    const SecretBinary = Buffer.from([0, 255, 10]);
    await secrets.put(name, 'd', { SecretString: undefined, SecretBinary });
    const current = await secrets.get(name);
    expect(Buffer.from(current.SecretBinary ?? []).equals(SecretBinary)).toBe(true);
    expect([current.SecretString, current.VersionStages]).toEqual([undefined, ['AWSCURRENT']]);
    const text = async (which: object) => (await secrets.get(name, which)).SecretString;
    expect(await text({ VersionId: idOf('a') })).toBe('value a');
    expect(await text({ VersionStage: 'AWSPREVIOUS' })).toBe('value c');
    expect(await text({ VersionId: idOf('c'), VersionStage: 'AWSPREVIOUS' })).toBe('value c');
  });

  test.each([
    ['a version that is not there', { VersionId: idOf('z') }, 'ResourceNotFoundException'],
    ['a label that is not there', { VersionStage: 'AWSPENDING' }, 'ResourceNotFoundException'],
    [
      'a label of another version',
      { VersionId: idOf('a'), VersionStage: 'AWSCURRENT' },
      'InvalidRequestException',
    ],
  ])('refuses %s', async (_, which, code) => {
    const name = await secretWith('ab');
    expect(await codeOf(secrets.get(name, which))).toBe(code);
  });

  test('of a secret without a value names the label', async () => {
    const { message } = await errorOf(secrets.get(await secretWith('')));
    expect(message).toContain('staging label: AWSCURRENT');
  });
});

const batch = (input: object) => client.send(new BatchGetSecretValueCommand(input));

test('BatchGetSecretValue returns values beside errors, by ids or by filters', async () => {
  const [one, other, empty] = [await secretWith('a'), await secretWith('b'), await secretWith('')];
  const { SecretValues, Errors } = await batch({ SecretIdList: [one, 'none', other, empty] });
  expect(SecretValues?.map(({ SecretString }) => SecretString)).toEqual(['value a', 'value b']);
  expect(Errors?.map(({ SecretId, ErrorCode }) => [SecretId, ErrorCode])).toEqual([
    ['none', 'ResourceNotFoundException'],
    [empty, 'ResourceNotFoundException'],
  ]);
  const Filters = [{ Key: 'name', Values: [one, other] }];
  const first = await batch({ Filters, MaxResults: 1 });
  const second = await batch({ Filters, MaxResults: 1, NextToken: first.NextToken });
  expect(second.SecretValues).toMatchObject([{ Name: other, SecretString: 'value b' }]);
  expect(second.NextToken).toBeUndefined();
  const ids = (count: number) => Array.from({ length: count }, () => one);
  expect((await batch({ SecretIdList: ids(20) })).SecretValues).toHaveLength(20);
  for (const [wrong, code] of [
    [{ SecretIdList: ids(21) }, 'ValidationException'],
    [{ SecretIdList: ids(1), Filters }, 'InvalidParameterException'],
    [{ SecretIdList: ids(1), MaxResults: 1 }, 'InvalidParameterException'],
    [{}, 'InvalidParameterException'],
  ] as const) {
    expect(await codeOf(batch(wrong))).toBe(code);
  }
});

test('of the versions without labels, a hundred stay, and all of the last day', async () => {
  const store = await Store.open();
  const secretsIn = new SecretStore(store, new KeyRing(store), () => DEFAULTS);
  const access = new Access(() => DEFAULTS, new Policies(), new Identities());
  const caller = { accessKeyId: 'AKIATEST', region: 'us-east-1', service: 'secretsmanager' };
  const home = { account: '111122223333', region: 'us-east-1' };
  const created = { createdAt: 0, changedAt: 0, tags: [], versions: [], replicas: [] };
  let secret: Secret = { ...home, ...created, name: 'a', arn: 'arn:a' };
  const add = (index: number, now: number) => {
    const id = `version-${String(index).padStart(32, '0')}`;
    const value = { bytes: Buffer.from('v'), isText: true };
    const call = new Call(access, caller, 'request', now);
    secret = withVersion(secretsIn, call, secret, { id, value });
  };
  for (let index = 0; index < 110; index += 1) add(index, index);
  expect(secret.versions).toHaveLength(110);
  add(110, 90_000_000);
  // A hundred of them, and those with AWSCURRENT and AWSPREVIOUS.
  expect(secret.versions).toHaveLength(102);
  expect(secret.versions[0]?.id).toMatch(/9$/);
});
