import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  DeletePublicAccessBlockCommand,
  GetBucketPolicyCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { PutObjectCommandInput } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { startSandbox } from '../../../src/sandbox/index.ts';
import type { Sandbox } from '../../../src/sandbox/index.ts';
import { ACCOUNTS, allow, callersOf, deny, ELSEWHERE, HERE } from './callers.ts';
import { outcomeOf, ROLE, root, user, type Callers } from './callers.ts';
import { codeOf, errorOf } from './clients.ts';

let sandbox: Sandbox;
let callers: Callers;

beforeAll(async () => {
  sandbox = await startSandbox({ accounts: ACCOUNTS });
  callers = await callersOf(sandbox);
});
afterAll(() => sandbox.close());

let counter = 0;

/** A bucket of the sandbox's account with an object `k`, and policies allowed to be public. */
async function createBucket(statements?: readonly object[]): Promise<string> {
  const Bucket = `policies-${(counter += 1)}`;
  const { s3 } = callers.own;
  await s3.send(new CreateBucketCommand({ Bucket }));
  await s3.send(new DeletePublicAccessBlockCommand({ Bucket }));
  await put('own', Bucket);
  if (statements !== undefined) await putPolicy(Bucket, statements);
  return Bucket;
}

const putPolicy = (Bucket: string, statements: readonly object[], who: keyof Callers = 'own') => {
  const Resource = [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`];
  const Statement = statements.map((each) => ({ Action: 's3:*', Resource, ...each }));
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
  return callers[who].s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
};
const at = (Bucket: string) => ({ Bucket, Key: 'k' });
const put = (who: keyof Callers, Bucket: string, more: Partial<PutObjectCommandInput> = {}) =>
  callers[who].s3.send(new PutObjectCommand({ ...at(Bucket), Body: 'x', ...more }));
const get = (who: keyof Callers, Bucket: string) =>
  callers[who].s3.send(new GetObjectCommand(at(Bucket)));

/** What each caller gets from GetObject, in the order own, bare, role, foreign, foreignBare. */
const TABLE: readonly [string, readonly object[] | undefined, readonly string[]][] = [
  ['there is none', undefined, ['ok', 'identity', 'identity', 'hidden', 'hidden']],
  ['it allows one user', [allow(user('AKIABARE'))], ['ok', 'ok', 'identity', 'hidden', 'hidden']],
  [
    'it allows the account',
    [allow(root(HERE))],
    ['ok', 'identity', 'identity', 'hidden', 'hidden'],
  ],
  [
    'it allows another account',
    [allow(root(ELSEWHERE))],
    ['ok', 'identity', 'identity', 'ok', 'identity'],
  ],
  [
    'it allows a user of another account',
    [allow(user('AKIAFOREIGNBARE', ELSEWHERE))],
    ['ok', 'identity', 'identity', 'hidden', 'identity'],
  ],
  ['it allows a role', [allow(ROLE)], ['ok', 'identity', 'ok', 'hidden', 'hidden']],
  ['it allows everybody', [allow('*')], ['ok', 'ok', 'ok', 'ok', 'identity']],
  [
    'it denies one user',
    [allow('*'), deny(user('AKIAOWN'))],
    ['denied by resource', 'ok', 'ok', 'ok', 'identity'],
  ],
  [
    'it denies another account',
    [deny(root(ELSEWHERE)), allow('*')],
    ['ok', 'ok', 'ok', 'hidden', 'hidden'],
  ],
  [
    'it denies all but one by a condition',
    [
      allow('*'),
      deny('*', {
        Condition: { StringNotLike: { 'aws:PrincipalArn': `arn:aws:iam::${HERE}:role/team/*` } },
      }),
    ],
    ['denied by resource', 'denied by resource', 'ok', 'hidden', 'hidden'],
  ],
  [
    'it allows to write',
    [allow('*', { Action: 's3:PutObject' })],
    ['ok', 'identity', 'identity', 'hidden', 'hidden'],
  ],
];

test.each(TABLE)('GetObject when %s', async (_, statements, expected) => {
  const bucket = await createBucket(statements);
  const who = ['own', 'bare', 'role', 'foreign', 'foreignBare'] as const;
  const outcomes = await Promise.all(who.map((each) => outcomeOf(get(each, bucket))));
  expect(outcomes).toEqual(expected);
});

test.each<[string, (who: keyof Callers, bucket: string) => Promise<unknown>]>([
  ['s3:PutObject', put],
  ['s3:GetObject', get],
  ['s3:DeleteObject', (who, b) => callers[who].s3.send(new DeleteObjectCommand(at(b)))],
  ['s3:ListBucket', (who, Bucket) => callers[who].s3.send(new ListObjectsV2Command({ Bucket }))],
  [
    's3:PutObject',
    (who, bucket) => callers[who].s3.send(new CreateMultipartUploadCommand(at(bucket))),
  ],
])('another account may do %s where the policy allows it', async (Action, call) => {
  const bucket = await createBucket([allow(root(ELSEWHERE), { Action })]);
  expect(await outcomeOf(call('foreign', bucket))).toBe('ok');
  await putPolicy(bucket, [allow(root(ELSEWHERE), { Action: 's3:GetBucketLocation' })]);
  expect(await outcomeOf(call('foreign', bucket))).toBe('hidden');
  await putPolicy(bucket, [allow(root(ELSEWHERE)), deny('*', { Action })]);
  expect(await outcomeOf(call('foreign', bucket))).toBe('hidden');
  expect(await outcomeOf(call('own', bucket))).toBe('denied by resource');
});

test('an answer without a body, and one of many, say the same', async () => {
  const bucket = await createBucket([allow(root(ELSEWHERE), { Action: 's3:ListBucket' })]);
  const head = await errorOf(callers.foreign.s3.send(new HeadObjectCommand(at(bucket))));
  expect(head.$metadata?.httpStatusCode).toBe(403);
  const many = new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: [{ Key: 'k' }] } });
  expect((await callers.foreign.s3.send(many)).Errors).toMatchObject([{ Code: 'AccessDenied' }]);
  expect((await callers.own.s3.send(many)).Deleted).toMatchObject([{ Key: 'k' }]);
});

test('refusals are in the words of S3', async () => {
  const bucket = await createBucket([deny(user('AKIAOWN'))]);
  expect(await errorOf(get('own', bucket))).toMatchObject({
    name: 'AccessDenied',
    message: `User: arn:aws:iam::${HERE}:user/AKIAOWN is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::${bucket}/k with an explicit deny in a resource-based policy`,
    $metadata: { httpStatusCode: 403 },
  });
  expect((await errorOf(get('foreign', bucket))).message).toBe('Access Denied');
});

const settings = (body: string) => fetch(`${sandbox.url}/_sandbox/faults`, { method: 'PUT', body });

describe('conditions', () => {
  test.each<[string, object]>([
    [
      'not another encryption',
      { StringNotEquals: { 's3:x-amz-server-side-encryption': 'aws:kms' } },
    ],
    ['not none', { Null: { 's3:x-amz-server-side-encryption': 'true' } }],
  ])('ask for encryption of new objects and their parts: %s', async (_, Condition) => {
    const bucket = await createBucket([deny('*', { Action: 's3:PutObject', Condition })]);
    expect(await outcomeOf(put('own', bucket))).toBe('denied by resource');
    const encrypted = { ServerSideEncryption: 'aws:kms' } as const;
    expect(await outcomeOf(put('own', bucket, encrypted))).toBe('ok');
    const { s3 } = callers.own;
    const create = new CreateMultipartUploadCommand({ ...at(bucket), ...encrypted });
    const { UploadId } = await s3.send(create);
    await s3.send(new UploadPartCommand({ ...at(bucket), UploadId, PartNumber: 1, Body: 'x' }));
  });

  test('limit listings to a prefix', async () => {
    const Condition = { StringLike: { 's3:prefix': 'mine/*' } };
    const bucket = await createBucket([allow(user('AKIABARE'), { Condition })]);
    const list = (Prefix?: string) =>
      callers.bare.s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix }));
    expect(await outcomeOf(list('mine/x'))).toBe('ok');
    expect(await outcomeOf(list('theirs/'))).toBe('identity');
    expect(await outcomeOf(list())).toBe('identity');
  });

  test('take loopback for TLS, unless told', async () => {
    const Condition = { Bool: { 'aws:SecureTransport': 'false' } };
    const bucket = await createBucket([deny('*', { Condition })]);
    expect(await outcomeOf(get('own', bucket))).toBe('ok');
    await settings('{"secureTransport": false}');
    expect(await outcomeOf(get('own', bucket))).toBe('denied by resource');
    await settings('{}');
  });
});

describe('the policy itself', () => {
  test('is kept, returned and deleted, by the account of the bucket alone', async () => {
    const bucket = await createBucket([allow('*')]);
    const read = new GetBucketPolicyCommand({ Bucket: bucket });
    expect((await callers.own.s3.send(read)).Policy).toContain('"Principal":"*"');
    for (const call of [
      () => callers.foreign.s3.send(read),
      () => putPolicy(bucket, [allow('*')], 'foreign'),
      () => callers.foreign.s3.send(new DeleteBucketPolicyCommand({ Bucket: bucket })),
    ]) {
      expect(await codeOf(call())).toBe('MethodNotAllowed');
    }
    await callers.own.s3.send(new DeleteBucketPolicyCommand({ Bucket: bucket }));
    expect(await outcomeOf(get('foreign', bucket))).toBe('hidden');
    expect(await codeOf(callers.own.s3.send(read))).toBe('NoSuchBucketPolicy');
  });

  test.each<[string, object]>([
    ['no principal', { Effect: 'Allow' }],
    ['NotPrincipal', { ...deny('*'), NotPrincipal: user('AKIAOWN') }],
    ['objects of another bucket', allow('*', { Resource: 'arn:aws:s3:::other/*' })],
    ['everything', allow('*', { Resource: '*' })],
    ['actions of another service', allow('*', { Action: 'kms:*' })],
    [
      'a condition that the sandbox does not know',
      allow('*', { Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } }),
    ],
  ])('may not name %s', async (_, statement) => {
    expect(await codeOf(createBucket([statement]))).toBe('MalformedPolicy');
  });

  test('may not be public in a new bucket', async () => {
    const Bucket = `policies-${(counter += 1)}`;
    await callers.own.s3.send(new CreateBucketCommand({ Bucket }));
    expect((await errorOf(putPolicy(Bucket, [allow('*')]))).message).toContain('BlockPublicPolicy');
    const Condition = { StringEquals: { 'aws:PrincipalAccount': [HERE, ELSEWHERE] } };
    await putPolicy(Bucket, [allow('*', { Condition }), deny('*', { Action: 's3:DeleteBucket' })]);
    await put('own', Bucket);
    expect(await outcomeOf(get('foreign', Bucket))).toBe('ok');
  });
});

test('accounts have buckets of their own, with names that nobody else can have', async () => {
  const bucket = await createBucket();
  const create = new CreateBucketCommand({ Bucket: bucket });
  expect(await codeOf(callers.foreign.s3.send(create))).toBe('BucketAlreadyExists');
  expect(await codeOf(callers.own.s3.send(create))).toBe('BucketAlreadyOwnedByYou');
  const { Buckets } = await callers.foreign.s3.send(new ListBucketsCommand({}));
  expect(Buckets ?? []).toEqual([]);
  const owned = (ExpectedBucketOwner: string) => put('own', bucket, { ExpectedBucketOwner });
  await owned(HERE);
  expect(await codeOf(owned(ELSEWHERE))).toBe('AccessDenied');
});
