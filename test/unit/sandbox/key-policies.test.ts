import {
  CreateKeyCommand,
  DescribeKeyCommand,
  GenerateDataKeyCommand,
  GetKeyPolicyCommand,
  ReEncryptCommand,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { startSandbox } from '../../../src/sandbox/index.ts';
import type { Sandbox } from '../../../src/sandbox/index.ts';
import { ACCOUNTS, allow, callersOf, deny, ELSEWHERE, HERE } from './callers.ts';
import { outcomeOf, ROLE, root, user, type Callers } from './callers.ts';
import { codeOf, errorOf } from './clients.ts';
import { keyCallsOf, keyPolicy } from './key-calls.ts';

let sandbox: Sandbox;
let callers: Callers;

beforeAll(async () => {
  sandbox = await startSandbox({ accounts: ACCOUNTS });
  callers = await callersOf(sandbox);
});
afterAll(() => sandbox.close());

const { createKey, encrypt, decrypt, put } = keyCallsOf(() => callers);

const inContext = { Condition: { StringEquals: { 'kms:EncryptionContext:app': 'a' } } };
const fromHere = { Condition: { StringEquals: { 'kms:CallerAccount': HERE } } };

/** What each caller gets from Encrypt, in the order own, bare, role, foreign, foreignBare. */
const TABLE: readonly [string, readonly object[] | undefined, readonly string[]][] = [
  ['the default', undefined, ['ok', 'identity', 'identity', 'hidden', 'hidden']],
  ['the own account', [allow(root(HERE))], ['ok', 'identity', 'identity', 'hidden', 'hidden']],
  [
    'the own account by its number',
    [allow({ AWS: HERE })],
    ['ok', 'identity', 'identity', 'hidden', 'hidden'],
  ],
  [
    'another account',
    [allow(root(ELSEWHERE))],
    ['resource', 'resource', 'resource', 'ok', 'identity'],
  ],
  [
    'one user, whatever else is allowed',
    [allow(user('AKIABARE'))],
    ['resource', 'ok', 'resource', 'hidden', 'hidden'],
  ],
  [
    'a user of another account',
    [allow(root(HERE)), allow(user('AKIAFOREIGNBARE', ELSEWHERE))],
    ['ok', 'identity', 'identity', 'hidden', 'identity'],
  ],
  ['a role', [allow(ROLE)], ['resource', 'resource', 'ok', 'hidden', 'hidden']],
  [
    'a session',
    [allow({ AWS: `arn:aws:sts::${HERE}:assumed-role/ops/session` })],
    ['resource', 'resource', 'ok', 'hidden', 'hidden'],
  ],
  ['everybody', [allow('*')], ['ok', 'ok', 'ok', 'ok', 'identity']],
  ['everybody here', [allow('*', fromHere)], ['ok', 'ok', 'ok', 'hidden', 'hidden']],
  [
    'everybody but one',
    [allow('*'), deny(user('AKIAOWN'))],
    ['denied by resource', 'ok', 'ok', 'ok', 'identity'],
  ],
  [
    'everybody but an account',
    [deny(root(ELSEWHERE)), allow('*')],
    ['ok', 'ok', 'ok', 'hidden', 'hidden'],
  ],
  [
    'something else',
    [allow(root(HERE), { Action: 'kms:Decrypt' })],
    ['resource', 'resource', 'resource', 'hidden', 'hidden'],
  ],
  [
    'a context that it has not',
    [allow(root(HERE), inContext)],
    ['resource', 'resource', 'resource', 'hidden', 'hidden'],
  ],
  [
    'a service',
    [allow({ Service: 'logs.amazonaws.com' })],
    ['resource', 'resource', 'resource', 'hidden', 'hidden'],
  ],
];

test.each(TABLE)('a policy that allows %s', async (_, statements, expected) => {
  const key = await createKey(statements);
  const who = ['own', 'bare', 'role', 'foreign', 'foreignBare'] as const;
  const outcomes = await Promise.all(who.map((each) => outcomeOf(encrypt(each, key))));
  expect(outcomes).toEqual(expected);
});

test.each<[string, string, (who: keyof Callers, key: string) => Promise<unknown>]>([
  ['Encrypt', 'kms:Encrypt', encrypt],
  [
    'GenerateDataKey',
    'kms:GenerateDataKey',
    (who, KeyId) =>
      callers[who].kms.send(new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256' })),
  ],
  [
    'DescribeKey',
    'kms:DescribeKey',
    (who, KeyId) => callers[who].kms.send(new DescribeKeyCommand({ KeyId })),
  ],
  [
    'Decrypt',
    'kms:Decrypt',
    async (who, key) => decrypt(who, (await encrypt('own', key)).CiphertextBlob),
  ],
  [
    'ReEncrypt',
    'kms:ReEncrypt*',
    async (who, key) => {
      const { CiphertextBlob } = await encrypt('own', key);
      const command = new ReEncryptCommand({ CiphertextBlob, DestinationKeyId: key });
      return callers[who].kms.send(command);
    },
  ],
])('%s is allowed by its own action', async (_, Action, call) => {
  const own = allow(user('AKIAOWN'));
  const right = await createKey([own, allow('*', { Action })]);
  expect(await outcomeOf(call('bare', right))).toBe('ok');
  expect(await outcomeOf(call('foreign', right))).toBe('ok');
  const wrong = await createKey([own, allow('*', { Action: 'kms:ListGrants' })]);
  expect(await outcomeOf(call('bare', wrong))).toBe('resource');
  expect(await outcomeOf(call('foreign', wrong))).toBe('hidden');
});

test('a condition on the context is of the request', async () => {
  const key = await createKey([allow(root(HERE), inContext)]);
  expect(await outcomeOf(encrypt('own', key, { app: 'a' }))).toBe('ok');
  expect(await outcomeOf(encrypt('own', key, { app: 'b' }))).toBe('resource');
});

test('refusals are in the words of KMS', async () => {
  const key = await createKey([allow(user('AKIAOWN'))]);
  const { CiphertextBlob } = await encrypt('own', key);
  const bare = `User: arn:aws:iam::${HERE}:user/AKIABARE is not authorized to perform:`;
  expect(await errorOf(encrypt('bare', key))).toMatchObject({
    name: 'AccessDeniedException',
    message: `${bare} kms:Encrypt on resource: ${key} because no resource-based policy allows the kms:Encrypt action`,
  });
  expect((await errorOf(decrypt('bare', CiphertextBlob))).message).toBe(
    `${bare} kms:Decrypt on the resource associated with this ciphertext because no resource-based policy allows the kms:Decrypt action`,
  );
  expect((await errorOf(decrypt('foreign', CiphertextBlob))).message).toBe(
    `User: arn:aws:iam::${ELSEWHERE}:user/AKIAFOREIGN is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access`,
  );
});

describe('PutKeyPolicy', () => {
  test('replaces the policy, at once', async () => {
    const key = await createKey();
    await put('own', key, [allow(user('AKIAOWN')), allow(user('AKIABARE'))]);
    expect(await outcomeOf(encrypt('bare', key))).toBe('ok');
    const { Policy } = await callers.own.kms.send(new GetKeyPolicyCommand({ KeyId: key }));
    expect(Policy).toBe(keyPolicy([allow(user('AKIAOWN')), allow(user('AKIABARE'))]));
    await put('own', key, [allow(user('AKIAOWN'))]);
    expect(await outcomeOf(encrypt('bare', key))).toBe('resource');
    expect(await outcomeOf(put('bare', key, [allow('*')]))).toBe('resource');
  });

  test('locks nobody out, unless told', async () => {
    const key = await createKey();
    for (const statements of [
      [allow(user('AKIABARE'))],
      [allow(root(HERE), { Action: 'kms:Encrypt' })],
      [allow(root(HERE)), deny(user('AKIAOWN'), { Action: 'kms:Put*' })],
    ]) {
      expect(await codeOf(put('own', key, statements))).toBe('MalformedPolicyDocumentException');
      const Policy = keyPolicy(statements);
      expect(await codeOf(callers.own.kms.send(new CreateKeyCommand({ Policy })))).toBe(
        'MalformedPolicyDocumentException',
      );
    }
    const BypassPolicyLockoutSafetyCheck = true;
    await put('own', key, [allow(user('AKIABARE'))], { BypassPolicyLockoutSafetyCheck });
    expect(await outcomeOf(put('own', key, [allow('*')]))).toBe('resource');
  });

  test.each<[string, object]>([
    ['no principal', { Effect: 'Allow', Action: 'kms:*', Resource: '*' }],
    ['a principal with a wildcard', allow({ AWS: `arn:aws:iam::${HERE}:user/*` })],
    ['a principal of another kind', allow({ Federated: 'x' })],
    ['NotPrincipal', { ...allow('*'), NotPrincipal: '*' }],
    ['an operator that the sandbox does not know', allow('*', { Condition: { IpAddress: {} } })],
  ])('refuses %s', async (_, statement) => {
    const key = await createKey();
    expect(await codeOf(put('own', key, [statement]))).toBe('MalformedPolicyDocumentException');
  });
});
