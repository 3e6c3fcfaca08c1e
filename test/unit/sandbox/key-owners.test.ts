import {
  CreateAliasCommand,
  CreateKeyCommand,
  DescribeKeyCommand,
  ListAliasesCommand,
  ListKeysCommand,
  ReplicateKeyCommand,
} from '@aws-sdk/client-kms';
import { GetParameterCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { startSandbox } from '../../../src/sandbox/index.ts';
import type { Sandbox } from '../../../src/sandbox/index.ts';
import { policiesOf } from '../../support/policies.ts';
import { ACCOUNTS, allow, callersOf, outcomeOf, user, type Callers } from './callers.ts';
import { clientsFor, codeOf } from './clients.ts';
import { keyCallsOf, keyPolicy } from './key-calls.ts';

let sandbox: Sandbox;
let callers: Callers;

beforeAll(async () => {
  sandbox = await startSandbox({ accounts: ACCOUNTS });
  callers = await callersOf(sandbox);
});
afterAll(() => sandbox.close());

const { createKey, encrypt, put } = keyCallsOf(() => callers);

describe('another account', () => {
  test('can use a key by its ARN or by the ARN of an alias, and not administer it', async () => {
    const key = await createKey([allow('*')]);
    const AliasName = 'alias/shared';
    await callers.own.kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: key }));
    const aliasArn = key.replace(/key\/.*/, AliasName);
    expect((await encrypt('foreign', aliasArn)).KeyId).toBe(key);
    const id = key.replace(/.*\//, '');
    for (const name of [id, AliasName]) {
      expect(await codeOf(encrypt('foreign', name))).toBe('NotFoundException');
    }
    expect(await outcomeOf(put('foreign', key, [allow('*')]))).toBe('hidden');
    const alias = { AliasName: 'alias/theirs', TargetKeyId: key };
    expect(await outcomeOf(callers.foreign.kms.send(new CreateAliasCommand(alias)))).toBe('hidden');
    const missing = key.replace(/.{12}$/, '000000000000');
    expect(await outcomeOf(encrypt('foreign', missing))).toBe('hidden');
    expect(await codeOf(encrypt('own', missing))).toBe('NotFoundException');
  });

  test('has keys and aliases of its own', async () => {
    const AliasName = 'alias/both';
    const created: string[] = [];
    for (const who of ['own', 'foreign'] as const) {
      const { kms } = callers[who];
      const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
      const TargetKeyId = KeyMetadata?.KeyId;
      await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId }));
      created.push(KeyMetadata?.Arn ?? '');
    }
    expect((await encrypt('own', AliasName)).KeyId).toBe(created[0]);
    expect((await encrypt('foreign', AliasName)).KeyId).toBe(created[1]);
    const { Keys } = await callers.foreign.kms.send(new ListKeysCommand({}));
    expect(Keys?.map(({ KeyArn }) => KeyArn)).toEqual([created[1]]);
    const { Aliases } = await callers.foreign.kms.send(new ListAliasesCommand({}));
    expect(Aliases?.map(({ TargetKeyId }) => TargetKeyId)).toEqual([created[1]?.split('/')[1]]);
  });
});

test('a replica has the policy that it is given, or the default one', async () => {
  const { kms } = callers.own;
  const { KeyMetadata } = await kms.send(
    new CreateKeyCommand({ MultiRegion: true, Policy: keyPolicy([allow('*')]) }),
  );
  const KeyId = KeyMetadata?.KeyId;
  const replicate = (ReplicaRegion: string, more: object = {}) =>
    kms.send(new ReplicateKeyCommand({ KeyId, ReplicaRegion, ...more }));
  const given = await replicate('eu-west-1', { Policy: keyPolicy([allow(user('AKIAOWN'))]) });
  expect(given.ReplicaPolicy).toBe(keyPolicy([allow(user('AKIAOWN'))]));
  expect((await replicate('eu-west-2')).ReplicaPolicy).toContain(':root');
  const inEurope = (region: string) =>
    clientsFor(sandbox.url, { region, accessKeyId: 'AKIABARE' }).kms.send(
      new DescribeKeyCommand({ KeyId }),
    );
  expect(await outcomeOf(inEurope('eu-west-1'))).toBe('resource');
  expect(await outcomeOf(inEurope('eu-west-2'))).toBe('identity');
});

test("AWS's own keys serve everybody in the account through their service, and only so", async () => {
  await policiesOf({ endpoint: sandbox.url }).put('AKIABARE', {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'ssm:*', Resource: '*' }],
  });
  const { ssm, kms } = callers.bare;
  const Name = '/bare';
  await ssm.send(new PutParameterCommand({ Name, Value: 'v', Type: 'SecureString' }));
  const read = await ssm.send(new GetParameterCommand({ Name, WithDecryption: true }));
  expect(read.Parameter?.Value).toBe('v');
  expect(await outcomeOf(encrypt('own', 'alias/aws/ssm'))).toBe('resource');
  expect(await outcomeOf(kms.send(new DescribeKeyCommand({ KeyId: 'alias/aws/ssm' })))).toBe(
    'identity',
  );
  const KeyId = await createKey([allow(user('AKIAOWN'))]);
  const under = { Name: '/own', Value: 'v', Type: 'SecureString', KeyId } as const;
  await callers.own.ssm.send(new PutParameterCommand(under));
  expect(await outcomeOf(ssm.send(new PutParameterCommand({ ...under, Overwrite: true })))).toBe(
    'resource',
  );
  expect(
    await outcomeOf(ssm.send(new GetParameterCommand({ Name: '/own', WithDecryption: true }))),
  ).toBe('resource');
});
