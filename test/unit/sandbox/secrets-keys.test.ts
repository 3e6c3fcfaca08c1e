import { CreateAliasCommand, CreateKeyCommand, DisableKeyCommand } from '@aws-sdk/client-kms';
import {
  BatchGetSecretValueCommand,
  CreateSecretCommand,
  UpdateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { startSandbox } from '../../../src/sandbox/index.ts';
import type { Sandbox } from '../../../src/sandbox/index.ts';
import { clientsFor, codeOf, errorOf } from './clients.ts';
import type { Clients } from './clients.ts';
import { idOf, secretsOf } from './secrets.ts';

let sandbox: Sandbox;
let aws: Clients;
let secrets: ReturnType<typeof secretsOf>;

beforeEach(async () => {
  sandbox = await startSandbox();
  aws = clientsFor(sandbox.url);
  secrets = secretsOf(aws.secrets);
});
afterEach(() => sandbox.close());

async function control(path: string, content: object): Promise<void> {
  const body = JSON.stringify(content);
  const answer = await fetch(`${sandbox.url}/_sandbox/${path}`, { method: 'PUT', body });
  expect(answer.status).toBe(200);
}

const deny = (...actions: string[]) =>
  control('faults', { rules: actions.map((action) => ({ action, deny: true })) });

async function newKey(alias: string): Promise<string> {
  const { KeyMetadata } = await aws.kms.send(new CreateKeyCommand({}));
  const TargetKeyId = KeyMetadata?.KeyId;
  await aws.kms.send(new CreateAliasCommand({ AliasName: alias, TargetKeyId }));
  return KeyMetadata?.Arn ?? '';
}

describe('the key of a secret', () => {
  test.each(['kms:GenerateDataKey', 'kms:Decrypt'])('takes %s to write', async (action) => {
    const { Name = '' } = await secrets.create();
    await deny(action);
    for (const write of [
      () => secrets.create(),
      () => secrets.create({ SecretString: 'v' }),
      () => secrets.put(Name, 'a'),
    ]) {
      expect(await errorOf(write())).toMatchObject({
        name: 'AccessDeniedException',
        message: 'Access to KMS is not allowed',
      });
    }
  });

  test('takes kms:Decrypt alone to read, of one or of many', async () => {
    const { Name = '' } = await secrets.create({ SecretString: 'v' });
    await deny('kms:GenerateDataKey');
    await secrets.get(Name);
    await deny('kms:Decrypt');
    expect(await codeOf(secrets.get(Name))).toBe('AccessDeniedException');
    await secrets.describe(Name);
    const batch = await aws.secrets.send(new BatchGetSecretValueCommand({ SecretIdList: [Name] }));
    expect(batch.Errors).toMatchObject([{ ErrorCode: 'AccessDeniedException' }]);
  });

  test('is used with the ARN and the version id in its context, through the service', async () => {
    const KmsKeyId = await newKey('alias/app');
    const { ARN = '', Name = '' } = await secrets.create({ KmsKeyId, SecretString: 'v' });
    expect((await secrets.describe(Name)).KmsKeyId).toBe(KmsKeyId);
    const allow = (SecretVersionId: string) => ({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: 'secretsmanager:*', Resource: '*' },
        {
          Effect: 'Allow',
          Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
          Resource: KmsKeyId,
          Condition: {
            StringEquals: {
              'kms:ViaService': 'secretsmanager.us-east-1.amazonaws.com',
              'kms:EncryptionContext:SecretARN': ARN,
              'kms:EncryptionContext:SecretVersionId': SecretVersionId,
            },
          },
        },
      ],
    });
    const reader = secretsOf(clientsFor(sandbox.url, { accessKeyId: 'AKIAREADER' }).secrets);
    await control('policies/AKIAREADER', allow(idOf('a')));
    await reader.put(Name, 'a');
    expect((await reader.get(Name)).SecretString).toBe('value a');
    await control('policies/AKIAREADER', allow(idOf('b')));
    expect(await codeOf(reader.get(Name))).toBe('AccessDeniedException');
  });

  test('that is disabled or not there is a failure to encrypt or decrypt', async () => {
    const KmsKeyId = await newKey('alias/app');
    const { Name = '' } = await secrets.create({ KmsKeyId, SecretString: 'v' });
    await aws.kms.send(new DisableKeyCommand({ KeyId: KmsKeyId }));
    expect(await codeOf(secrets.get(Name))).toBe('DecryptionFailure');
    expect(await codeOf(secrets.put(Name, 'a'))).toBe('EncryptionFailure');
    expect(await codeOf(secrets.create({ KmsKeyId: 'alias/none' }))).toBe('EncryptionFailure');
  });

  test('that is changed encrypts the labelled versions anew', async () => {
    const old = await newKey('alias/old');
    const { Name = '' } = await secrets.create({ KmsKeyId: 'alias/old', SecretString: 'v' });
    await secrets.put(Name, 'a');
    await newKey('alias/new');
    const update = (KmsKeyId: string) =>
      aws.secrets.send(new UpdateSecretCommand({ SecretId: Name, KmsKeyId }));
    await update('alias/new');
    await aws.kms.send(new DisableKeyCommand({ KeyId: old }));
    expect((await secrets.get(Name)).SecretString).toBe('value a');
    expect((await secrets.get(Name, { VersionStage: 'AWSPREVIOUS' })).SecretString).toBe('v');
    await update('');
    expect((await secrets.describe(Name)).KmsKeyId).toBeUndefined();
  });
});

const allow = (Action: string | string[], Resource: string) =>
  control('policies/AKIACI', {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action, Resource },
      { Effect: 'Allow', Action: 'kms:*', Resource: '*' },
    ],
  });

describe('a policy', () => {
  test('is asked about the ARN with its six characters, which a missing secret has not', async () => {
    const ci = secretsOf(clientsFor(sandbox.url, { accessKeyId: 'AKIACI' }).secrets);
    await allow(
      'secretsmanager:*',
      'arn:aws:secretsmanager:us-east-1:111122223333:secret:a-??????',
    );
    expect(await codeOf(ci.describe('a'))).toBe('AccessDeniedException');
    await ci.create({ Name: 'a', SecretString: 'v' });
    await ci.describe('a');
    await ci.get('a');
    expect(await codeOf(ci.create({ Name: 'b' }))).toBe('AccessDeniedException');
    expect(await codeOf(ci.list())).toBe('AccessDeniedException');
    await allow('secretsmanager:*', 'arn:aws:secretsmanager:us-east-1:111122223333:secret:a*');
    expect(await codeOf(ci.describe('ab'))).toBe('ResourceNotFoundException');
  });

  test('has to allow tags and replicas of a new secret, and each secret of a batch', async () => {
    const { secrets: client } = clientsFor(sandbox.url, { accessKeyId: 'AKIACI' });
    await allow(['secretsmanager:CreateSecret', 'secretsmanager:BatchGetSecretValue'], '*');
    const create = (more: object) => client.send(new CreateSecretCommand({ Name: 'a', ...more }));
    expect(await codeOf(create({ Tags: [{ Key: 'k', Value: 'v' }] }))).toBe(
      'AccessDeniedException',
    );
    expect(await codeOf(create({ AddReplicaRegions: [{ Region: 'eu-west-1' }] }))).toBe(
      'AccessDeniedException',
    );
    await create({});
    const batch = (input: object) => client.send(new BatchGetSecretValueCommand(input));
    expect((await batch({ SecretIdList: ['a'] })).Errors).toMatchObject([
      { ErrorCode: 'AccessDeniedException' },
    ]);
    const byName = batch({ Filters: [{ Key: 'name', Values: ['a'] }] });
    expect(await codeOf(byName)).toBe('AccessDeniedException');
  });
});

describe('misbehaviour', () => {
  test('throttles, fails and counts as the other services do', async () => {
    await secrets.create({ Name: 'a', SecretString: 'v' });
    await control('faults', { rules: [{ action: 'secretsmanager:Put*', perSecond: 0 }] });
    expect(await codeOf(secrets.put('a', 'a'))).toBe('ThrottlingException');
    await control('faults', { rules: [{ action: 'secretsmanager:*', errorRate: 1 }] });
    const failed = await errorOf(secrets.get('a'));
    expect([failed.name, failed.$metadata?.httpStatusCode]).toEqual(['InternalServiceError', 500]);
    const { calls } = (await (await fetch(`${sandbox.url}/_sandbox/calls`)).json()) as {
      calls: object;
    };
    expect(calls).toEqual({
      'secretsmanager:CreateSecret': 1,
      'secretsmanager:PutSecretValue': 1,
      'secretsmanager:GetSecretValue': 1,
    });
  });

  test('a write whose answer is lost can be sent again', async () => {
    await secrets.create({ Name: 'a' });
    await control('faults', { rules: [{ action: 'secretsmanager:PutSecretValue', resetRate: 1 }] });
    for (const _ of [1, 2, 3, 4, 5, 6]) expect(await codeOf(secrets.put('a', 'a'))).not.toBe('');
    await control('faults', {});
    expect((await secrets.put('a', 'a')).VersionStages).toEqual(['AWSCURRENT']);
    expect(await secrets.stages('a')).toEqual({ a: ['AWSCURRENT'] });
  });

  test('ListSecrets can lag behind by some changes, and DescribeSecret does not', async () => {
    await secrets.create({ Name: 'a', Description: 'old' });
    await secrets.create({ Name: 'b' });
    await aws.secrets.send(new UpdateSecretCommand({ SecretId: 'a', Description: 'new' }));
    await control('faults', { listLag: 2 });
    expect(await secrets.list({ Filters: [{ Key: 'description', Values: ['old'] }] })).toEqual([
      'a',
    ]);
    expect(await secrets.list()).toEqual(['a']);
    expect((await secrets.describe('a')).Description).toBe('new');
    await secrets.describe('b');
    await control('faults', {});
    expect(await secrets.list()).toEqual(['a', 'b']);
  });
});

test('a folder keeps secrets, as ciphertext', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
  const first = await startSandbox({ folder });
  const before = secretsOf(clientsFor(first.url).secrets);
  await before.create({ Name: 'a', SecretString: 'canary in a mine' });
  await before.put('a', 'a', { SecretString: 'canary too' });
  await first.close();
  expect(await readFile(join(folder, 'journal.jsonl'), 'utf8')).not.toMatch(/canary|Y2FuYXJ5/);
  const second = await startSandbox({ folder });
  const after = secretsOf(clientsFor(second.url).secrets);
  expect((await after.get('a')).SecretString).toBe('canary too');
  expect((await after.get('a', { VersionStage: 'AWSPREVIOUS' })).SecretString).toBe(
    'canary in a mine',
  );
  await second.close();
  await rm(folder, { recursive: true });
});
