import {
  CreateAliasCommand,
  CreateKeyCommand,
  DecryptCommand,
  EncryptCommand,
  ReEncryptCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-kms';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import {
  GetParameterCommand,
  GetParametersCommand,
  PutParameterCommand,
} from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { startSandbox } from '../../../src/sandbox/index.ts';
import type { Sandbox } from '../../../src/sandbox/index.ts';
import { policiesOf } from '../../support/policies.ts';
import { clientsFor, codeOf, errorOf } from './clients.ts';
import type { Clients } from './clients.ts';

let sandbox: Sandbox;
let root: Clients;
let caller: Clients;

beforeEach(async () => {
  sandbox = await startSandbox();
  root = clientsFor(sandbox.url);
  caller = clientsFor(sandbox.url, { accessKeyId: 'AKIACALLER' });
});
afterEach(() => sandbox.close());

const allowing = (...Statement: object[]) => ({
  Version: '2012-10-17',
  Statement: Statement.map((statement) => ({ Effect: 'Allow', Resource: '*', ...statement })),
});
const setPolicy = (document: object) =>
  policiesOf({ endpoint: sandbox.url }).put('AKIACALLER', document);
const PARAMETER = 'arn:aws:ssm:us-east-1:111122223333:parameter';

async function createKey(AliasName: string): Promise<string> {
  const { KeyMetadata } = await root.kms.send(new CreateKeyCommand({}));
  const TargetKeyId = KeyMetadata?.KeyId ?? '';
  await root.kms.send(new CreateAliasCommand({ AliasName, TargetKeyId }));
  return KeyMetadata?.Arn ?? '';
}

/** `allowed`, or the code of the refusal. */
async function encrypt(KeyId: string, EncryptionContext: Record<string, string>): Promise<string> {
  const command = { KeyId, Plaintext: Buffer.from('x'), EncryptionContext };
  return caller.kms.send(new EncryptCommand(command)).then(
    () => 'allowed',
    (error: Error) => error.name,
  );
}

const team = (TagValue: string) => [{ TagKey: 'Team', TagValue }];

function createTagged(value?: string) {
  return caller.kms.send(new CreateKeyCommand(value === undefined ? {} : { Tags: team(value) }));
}

function tagKey(KeyId: string, value: string) {
  return caller.kms.send(new TagResourceCommand({ KeyId, Tags: team(value) }));
}

function putTagged(Name: string, Value: string) {
  const Tags = [{ Key: 'Team', Value }];
  return caller.ssm.send(new PutParameterCommand({ Name, Value: 'v', Type: 'String', Tags }));
}

function readParameter(Name: string) {
  return caller.ssm.send(new GetParameterCommand({ Name }));
}

function getObject(Key: string) {
  return caller.s3.send(new GetObjectCommand({ Bucket: 'bucket', Key }));
}

test('a caller with a policy may do only what it allows; other callers may do anything', async () => {
  for (const Name of ['/a/x', '/b/x']) {
    await root.ssm.send(new PutParameterCommand({ Name, Value: 'v', Type: 'String' }));
  }
  const get = (Name: string) => caller.ssm.send(new GetParameterCommand({ Name }));
  await get('/b/x');
  await setPolicy(allowing({ Action: 'ssm:GetParameter', Resource: `${PARAMETER}/a/*` }));
  await get('/a/x');
  const refused = await errorOf(get('/b/x'));
  expect(refused.name).toBe('AccessDeniedException');
  expect(refused.message).toContain(
    `User: arn:aws:iam::111122223333:user/AKIACALLER is not authorized to perform: ssm:GetParameter on resource: ${PARAMETER}/b/x because no identity-based policy allows the ssm:GetParameter action`,
  );
  const several = new GetParametersCommand({ Names: ['/a/x'] });
  expect(await codeOf(caller.ssm.send(several))).toBe('AccessDeniedException');
  await root.ssm.send(several);

  await setPolicy(
    allowing({ Action: '*' }, { Effect: 'Deny', Action: 'ssm:*', Resource: `${PARAMETER}/a/*` }),
  );
  expect((await errorOf(get('/a/x'))).message).toContain('with an explicit deny');
  await fetch(`${sandbox.url}/_sandbox/policies/AKIACALLER`, { method: 'DELETE' });
  await get('/a/x');
});

test('matches a key by its aliases and by the encryption context', async () => {
  await createKey('alias/one');
  await createKey('alias/two');
  await setPolicy(
    allowing({
      Action: 'kms:Encrypt',
      Condition: {
        'ForAnyValue:StringEquals': { 'kms:ResourceAliases': 'alias/one' },
        StringLike: { 'kms:EncryptionContext:Name': '/a/*' },
      },
    }),
  );
  expect(await encrypt('alias/one', { Name: '/a/x' })).toBe('allowed');
  expect(await encrypt('alias/one', { name: '/a/x', more: 'x' })).toBe('allowed');
  expect(await encrypt('alias/one', { Name: '/b/x' })).toBe('AccessDeniedException');
  expect(await encrypt('alias/one', {})).toBe('AccessDeniedException');
  expect(await encrypt('alias/two', { Name: '/a/x' })).toBe('AccessDeniedException');
});

test('checks ReEncrypt twice, with each key and its context', async () => {
  const one = await createKey('alias/one');
  const two = await createKey('alias/two');
  const { CiphertextBlob } = await root.kms.send(
    new EncryptCommand({
      KeyId: one,
      Plaintext: Buffer.from('x'),
      EncryptionContext: { from: 'here' },
    }),
  );
  const reEncrypt = () =>
    caller.kms.send(
      new ReEncryptCommand({
        CiphertextBlob,
        SourceEncryptionContext: { from: 'here' },
        DestinationKeyId: two,
        DestinationEncryptionContext: { to: 'there' },
      }),
    );
  const from = {
    Action: 'kms:ReEncryptFrom',
    Resource: one,
    Condition: { StringEquals: { 'kms:EncryptionContext:from': 'here' } },
  };
  const to = {
    Action: 'kms:ReEncryptTo',
    Resource: two,
    Condition: { 'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': 'to' } },
  };
  await setPolicy(allowing(from, to));
  await reEncrypt();
  for (const less of [allowing(from), allowing(to), allowing(from, { ...to, Resource: one })]) {
    await setPolicy(less);
    expect(await codeOf(reEncrypt())).toBe('AccessDeniedException');
  }
});

test('SSM uses a key for its caller, who needs no right to use it directly', async () => {
  const KeyId = await createKey('alias/one');
  await setPolicy(
    allowing(
      { Action: ['ssm:PutParameter', 'ssm:GetParameter'] },
      {
        Action: ['kms:Encrypt', 'kms:Decrypt'],
        Resource: KeyId,
        Condition: {
          StringEquals: { 'kms:ViaService': 'ssm.us-east-1.amazonaws.com' },
          StringLike: { 'kms:EncryptionContext:PARAMETER_ARN': `${PARAMETER}/a/*` },
        },
      },
    ),
  );
  const put = (Name: string, more: object = {}) =>
    caller.ssm.send(
      new PutParameterCommand({ Name, Value: 'v', Type: 'SecureString', KeyId, ...more }),
    );
  await put('/a/x');
  const read = new GetParameterCommand({ Name: '/a/x', WithDecryption: true });
  expect((await caller.ssm.send(read)).Parameter?.Value).toBe('v');
  expect(await codeOf(put('/b/x'))).toBe('AccessDeniedException');
  // of tier Advanced, the value is under a data key
  expect(await codeOf(put('/a/y', { Tier: 'Advanced' }))).toBe('AccessDeniedException');

  const EncryptionContext = { PARAMETER_ARN: `${PARAMETER}/a/x` };
  const { CiphertextBlob } = await root.kms.send(
    new EncryptCommand({ KeyId, Plaintext: Buffer.from('x'), EncryptionContext }),
  );
  const byHand = new DecryptCommand({ CiphertextBlob, EncryptionContext });
  expect(await codeOf(caller.kms.send(byHand))).toBe('AccessDeniedException');
});

test('tags of a request and of a resource are conditions, and a new key has no tags yet', async () => {
  const theirs = await createKey('alias/theirs');
  const asked = { StringEquals: { 'aws:RequestTag/team': 'mine' } };
  await setPolicy(
    allowing(
      { Action: ['kms:CreateKey', 'kms:TagResource'], Condition: asked },
      {
        Action: 'kms:UntagResource',
        Condition: { 'ForAnyValue:StringEquals': { 'aws:TagKeys': 'Team' } },
      },
    ),
  );
  for (const value of [undefined, 'theirs']) {
    expect(await codeOf(createTagged(value))).toBe('AccessDeniedException');
  }
  await createTagged('mine');
  // The right to tag new keys is a right to tag any key.
  expect(await codeOf(tagKey(theirs, 'theirs'))).toBe('AccessDeniedException');
  await tagKey(theirs, 'mine');
  await caller.kms.send(new UntagResourceCommand({ KeyId: theirs, TagKeys: ['Team'] }));

  const owned = { StringEquals: { 'aws:ResourceTag/team': 'mine' } };
  await setPolicy(allowing({ Action: '*', Condition: owned }));
  expect(await codeOf(createTagged('mine'))).toBe('AccessDeniedException');
  expect(await codeOf(tagKey(theirs, 'mine'))).toBe('AccessDeniedException');
  // Not even a right to tag what has no tag yet excludes a key of others.
  const untagged = { Null: { 'aws:ResourceTag/team': 'true' } };
  await setPolicy(allowing({ Action: 'kms:*', Condition: { ...untagged, ...asked } }));
  await createTagged('mine');
  await tagKey(theirs, 'mine');
  await setPolicy(
    allowing(
      { Action: 'kms:CreateKey' },
      { Action: 'kms:TagResource', Resource: `${theirs.replace(/[^/]*$/, '')}*-*` },
    ),
  );
  expect(await codeOf(createTagged('mine'))).toBe('AccessDeniedException');
});

test('an alias needs rights on each key that it names or named', async () => {
  const one = await createKey('alias/one');
  const two = await createKey('alias/two');
  const alias = (name: string) => one.replace(/key\/.*$/, name);
  const update = () =>
    caller.kms.send(new UpdateAliasCommand({ AliasName: 'alias/one', TargetKeyId: two }));
  const Condition = { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': 'alias/two' } };
  const named = { Action: 'kms:*', Resource: alias('alias/*') };
  await setPolicy(allowing(named, { Action: 'kms:*', Resource: two }));
  expect(await codeOf(update())).toBe('AccessDeniedException');
  await setPolicy(allowing(named, { Action: 'kms:*', Resource: [one, two] }));
  await update();
  // The condition sees the aliases of the key, and an alias has none.
  await setPolicy(allowing({ Action: 'kms:CreateAlias', Condition }));
  const create = new CreateAliasCommand({ AliasName: 'alias/three', TargetKeyId: two });
  expect(await codeOf(caller.kms.send(create))).toBe('AccessDeniedException');
  await setPolicy(allowing({ ...named, Action: '*' }, { Action: 'kms:CreateAlias', Condition }));
  await caller.kms.send(create);
});

test('tags of parameters are conditions', async () => {
  const tag = { Action: ['ssm:PutParameter', 'ssm:AddTagsToResource'] };
  await setPolicy(
    allowing(
      { ...tag, Condition: { StringEquals: { 'aws:RequestTag/Team': ['mine', 'theirs'] } } },
      { Action: 'ssm:GetParameter', Condition: { Null: { 'aws:ResourceTag/Team': 'false' } } },
    ),
  );
  await putTagged('/a/x', 'mine');
  await readParameter('/a/x');
  expect(await codeOf(putTagged('/a/y', 'other'))).toBe('AccessDeniedException');
  await root.ssm.send(new PutParameterCommand({ Name: '/a/z', Value: 'v', Type: 'String' }));
  expect(await codeOf(readParameter('/a/z'))).toBe('AccessDeniedException');
});

test('only a caller who may list sees that an object is missing instead of forbidden', async () => {
  await root.s3.send(new CreateBucketCommand({ Bucket: 'bucket' }));
  await root.s3.send(new PutObjectCommand({ Bucket: 'bucket', Key: 'a/x', Body: 'x' }));
  const read = { Action: 's3:GetObject', Resource: 'arn:aws:s3:::bucket/a/*' };
  await setPolicy(allowing(read));
  await getObject('a/x');
  expect(await codeOf(getObject('b/x'))).toBe('AccessDenied');
  expect(await codeOf(getObject('a/none'))).toBe('AccessDenied');
  await setPolicy(allowing(read, { Action: 's3:ListBucket', Resource: 'arn:aws:s3:::bucket' }));
  expect(await codeOf(getObject('a/none'))).toBe('NoSuchKey');
});

test('refuses a policy that it does not understand, and keeps the previous one', async () => {
  await setPolicy(allowing({ Action: 'ssm:GetParameter' }));
  await expect(setPolicy(allowing({ NotAction: 'ssm:*' }))).rejects.toThrow('NotAction');
  const url = `${sandbox.url}/_sandbox/policies/AKIACALLER`;
  const torn = await fetch(url, { method: 'PUT', body: '{' });
  expect([torn.status, typeof ((await torn.json()) as { message: unknown }).message]).toEqual([
    400,
    'string',
  ]);
  const put = new PutParameterCommand({ Name: '/p', Value: 'v', Type: 'String' });
  expect(await codeOf(caller.ssm.send(put))).toBe('AccessDeniedException');
  expect(await (await fetch(url)).json()).toEqual({
    document: allowing({ Action: 'ssm:GetParameter' }),
    asked: [{ action: 'ssm:PutParameter', resource: `${PARAMETER}/p`, facts: {} }],
  });
  expect((await fetch(url, { method: 'POST' })).status).toBe(405);
  expect((await fetch(`${sandbox.url}/_sandbox/policies/NONE`)).status).toBe(404);
});
