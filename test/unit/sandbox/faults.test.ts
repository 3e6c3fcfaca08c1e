import {
  CreateAliasCommand,
  CreateKeyCommand,
  DecryptCommand,
  EncryptCommand,
  ReEncryptCommand,
} from '@aws-sdk/client-kms';
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import {
  DeleteParameterCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  GetParametersCommand,
  PutParameterCommand,
} from '@aws-sdk/client-ssm';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { startSandbox } from '../../../src/sandbox/index.ts';
import type { Sandbox } from '../../../src/sandbox/index.ts';
import { clientsFor, codeOf, errorOf } from './clients.ts';
import type { Clients } from './clients.ts';

let sandbox: Sandbox;
let aws: Clients;

beforeEach(async () => {
  sandbox = await startSandbox();
  aws = clientsFor(sandbox.url);
});
afterEach(() => sandbox.close());

async function settings(content: object): Promise<Response> {
  const body = JSON.stringify(content);
  return fetch(`${sandbox.url}/_sandbox/faults`, { method: 'PUT', body });
}

async function calls(): Promise<Record<string, number>> {
  const answer = await fetch(`${sandbox.url}/_sandbox/calls`);
  return ((await answer.json()) as { calls: Record<string, number> }).calls;
}

const put = (Name: string, client = aws) =>
  client.ssm.send(new PutParameterCommand({ Name, Value: 'v', Type: 'String', Overwrite: true }));
const describeAll = (client = aws) => client.ssm.send(new DescribeParametersCommand({}));

test('a rule can be for one region alone', async () => {
  await settings({
    rules: [
      { action: 'kms:CreateKey', errorRate: 1, region: 'eu-west-1' },
      { action: 'ssm:PutParameter', deny: true, region: 'eu-west-1' },
    ],
  });
  const far = clientsFor(sandbox.url, { region: 'eu-west-1', maxAttempts: 1 });
  expect(await codeOf(far.kms.send(new CreateKeyCommand({})))).toBe('KMSInternalException');
  expect(await codeOf(put('/a', far))).toBe('AccessDeniedException');
  await aws.kms.send(new CreateKeyCommand({}));
  await put('/a');
});

test('counts calls by operation, including refused ones, until a reset', async () => {
  await put('/a');
  await put('/b');
  await codeOf(aws.ssm.send(new GetParameterCommand({ Name: '/none' })));
  await codeOf(aws.s3.send(new HeadObjectCommand({ Bucket: 'none', Key: 'k' })));
  await aws.kms.send(new CreateKeyCommand({}));
  expect(await calls()).toEqual({
    'ssm:PutParameter': 2,
    'ssm:GetParameter': 1,
    's3:HeadObject': 1,
    'kms:CreateKey': 1,
  });
  await fetch(`${sandbox.url}/_sandbox/calls`, { method: 'DELETE' });
  expect(await calls()).toEqual({});
});

describe('throttling', () => {
  test('answers with the error of the service, and lets the given rate through', async () => {
    await settings({ rules: [{ action: '*', perSecond: 1 }] });
    await describeAll();
    const throttled = await errorOf(describeAll());
    expect([throttled.name, throttled.$metadata?.httpStatusCode]).toEqual([
      'ThrottlingException',
      400,
    ]);
    expect(await codeOf(aws.kms.send(new CreateKeyCommand({})))).toBe('ThrottlingException');
    const slow = await errorOf(aws.s3.send(new CreateBucketCommand({ Bucket: 'slow' })));
    expect([slow.name, slow.$metadata?.httpStatusCode]).toEqual(['SlowDown', 503]);
    expect((await calls())['ssm:DescribeParameters']).toBe(2);
    await sleep(1100);
    await describeAll();
  });
});

async function outcomesOf(seed: number): Promise<boolean[]> {
  await settings({ seed, rules: [{ action: 'ssm:*', errorRate: 0.5 }] });
  const outcomes: boolean[] = [];
  for (let index = 0; index < 20; index += 1) {
    outcomes.push(
      await describeAll().then(
        () => true,
        () => false,
      ),
    );
  }
  return outcomes;
}

describe('errors', () => {
  test('are the errors of the service', async () => {
    await settings({ rules: [{ action: '*', errorRate: 1 }] });
    expect(await codeOf(describeAll())).toBe('InternalServerError');
    expect(await codeOf(aws.kms.send(new CreateKeyCommand({})))).toBe('KMSInternalException');
    const failed = await errorOf(aws.s3.send(new CreateBucketCommand({ Bucket: 'failed' })));
    expect([failed.name, failed.$metadata?.httpStatusCode]).toEqual(['InternalError', 500]);
  });

  test('come at the same calls for the same seed', async () => {
    const first = await outcomesOf(7);
    expect(await outcomesOf(7)).toEqual(first);
    expect(await outcomesOf(8)).not.toEqual(first);
    expect(new Set(first).size).toBe(2);
  });
});

test('resets break the connection, sometimes before and sometimes after the work', async () => {
  await settings({ rules: [{ action: 'ssm:PutParameter', resetRate: 1 }] });
  const names = Array.from({ length: 10 }, (_, index) => `/reset/${index}`);
  for (const name of names) expect(await codeOf(put(name))).toMatch(/Error|ECONNRESET/);
  const { Parameters } = await aws.ssm.send(new GetParametersCommand({ Names: names }));
  expect(Parameters?.length).toBeGreaterThan(0);
  expect(Parameters?.length).toBeLessThan(10);
});

test('latency delays every answer', async () => {
  await settings({ latencyMs: 120 });
  const start = performance.now();
  await describeAll();
  expect(performance.now() - start).toBeGreaterThan(110);
});

describe('denying', () => {
  test('answers as IAM does, for all callers or only one', async () => {
    const { KeyMetadata } = await aws.kms.send(new CreateKeyCommand({}));
    const KeyId = KeyMetadata?.KeyId;
    await aws.kms.send(new CreateAliasCommand({ AliasName: 'alias/k', TargetKeyId: KeyId }));
    const Plaintext = new Uint8Array(4);
    const { CiphertextBlob } = await aws.kms.send(new EncryptCommand({ KeyId, Plaintext }));
    await settings({ rules: [{ action: 'kms:Decrypt', deny: true, accessKeyId: 'AKIACI' }] });
    const ci = clientsFor(sandbox.url, { accessKeyId: 'AKIACI' });
    expect(await errorOf(ci.kms.send(new DecryptCommand({ CiphertextBlob })))).toMatchObject({
      name: 'AccessDeniedException',
      message: `User: arn:aws:iam::111122223333:user/AKIACI is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext because no identity-based policy allows the kms:Decrypt action`,
    });
    await aws.kms.send(new DecryptCommand({ CiphertextBlob }));
    await ci.kms.send(new ReEncryptCommand({ CiphertextBlob, DestinationKeyId: 'alias/k' }));
  });

  test.each(['kms:ReEncryptFrom', 'kms:ReEncryptTo', 'kms:ReEncrypt*'])(
    '%s stops ReEncrypt',
    async (action) => {
      const { KeyMetadata } = await aws.kms.send(new CreateKeyCommand({}));
      const KeyId = KeyMetadata?.KeyId;
      const { CiphertextBlob } = await aws.kms.send(
        new EncryptCommand({ KeyId, Plaintext: new Uint8Array(4) }),
      );
      await settings({ rules: [{ action, deny: true }] });
      const call = aws.kms.send(new ReEncryptCommand({ CiphertextBlob, DestinationKeyId: KeyId }));
      expect(await codeOf(call)).toBe('AccessDeniedException');
      await aws.kms.send(new DecryptCommand({ CiphertextBlob }));
    },
  );

  test('kms:Decrypt stops reading a SecureString, and is not counted as a call', async () => {
    const Name = '/secure';
    await aws.ssm.send(new PutParameterCommand({ Name, Value: 'v', Type: 'SecureString' }));
    await settings({ rules: [{ action: 'kms:Decrypt', deny: true }] });
    const read = (WithDecryption: boolean) =>
      aws.ssm.send(new GetParameterCommand({ Name, WithDecryption }));
    expect(await codeOf(read(true))).toBe('AccessDeniedException');
    await read(false);
    expect(Object.keys(await calls()).filter((name) => name.startsWith('kms:'))).toEqual([]);
  });

  test('s3 actions answers AccessDenied 403', async () => {
    await aws.s3.send(new CreateBucketCommand({ Bucket: 'denied' }));
    await aws.s3.send(new PutObjectCommand({ Bucket: 'denied', Key: 'k', Body: 'x' }));
    await settings({ rules: [{ action: 's3:GetObject', deny: true }] });
    const at = { Bucket: 'denied', Key: 'k' };
    const denied = await errorOf(aws.s3.send(new GetObjectCommand(at)));
    expect([denied.name, denied.$metadata?.httpStatusCode]).toEqual(['AccessDenied', 403]);
    const head = await errorOf(aws.s3.send(new HeadObjectCommand(at)));
    expect(head.$metadata?.httpStatusCode).toBe(403);
    await settings({ rules: [{ action: 's3:ListBucket', deny: true }] });
    const missing = aws.s3.send(new GetObjectCommand({ Bucket: 'denied', Key: 'none' }));
    expect(await codeOf(missing)).toBe('AccessDenied');
  });
});

test('typeChange and recreateDelayMs change what PutParameter refuses', async () => {
  await put('/p');
  await settings({ typeChange: 'refuse', recreateDelayMs: 1_000 });
  const change = new PutParameterCommand({
    Name: '/p',
    Value: 'v',
    Type: 'SecureString',
    Overwrite: true,
  });
  expect(await codeOf(aws.ssm.send(change))).toBe('HierarchyTypeMismatchException');
  await aws.ssm.send(new DeleteParameterCommand({ Name: '/p' }));
  expect(await codeOf(put('/p'))).toBe('ParameterAlreadyExists');
  await sleep(1_100);
  await put('/p');
});

test('replaces, shows, clears and checks settings', async () => {
  await settings({ latencyMs: 1 });
  expect((await settings({ seed: 3 })).status).toBe(200);
  const show = async () => (await fetch(`${sandbox.url}/_sandbox/faults`)).json();
  expect(await show()).toMatchObject({ latencyMs: 0, seed: 3, recreateDelayMs: 30_000, rules: [] });
  for (const wrong of [
    { latency: 1 },
    { latencyMs: -1 },
    { rules: [{}] },
    { rules: [{ action: 'x', errorRate: 2 }] },
    [],
  ]) {
    expect((await settings(wrong)).status).toBe(400);
  }
  await fetch(`${sandbox.url}/_sandbox/faults`, { method: 'DELETE' });
  expect(await show()).toMatchObject({ seed: 1 });
});
