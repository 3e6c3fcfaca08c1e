import { CreateKeyCommand, DisableKeyCommand, GetKeyPolicyCommand } from '@aws-sdk/client-kms';
import type { KMSClient } from '@aws-sdk/client-kms';
import {
  AddTagsToResourceCommand,
  DeleteParameterCommand,
  DeleteParametersCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  GetParameterHistoryCommand,
  LabelParameterVersionCommand,
  ListTagsForResourceCommand,
  PutParameterCommand,
  RemoveTagsFromResourceCommand,
} from '@aws-sdk/client-ssm';
import type { PutParameterCommandInput, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { startSandbox } from '../../../src/sandbox/index.ts';
import type { Sandbox } from '../../../src/sandbox/index.ts';
import { clientsFor, codeOf, errorOf } from './clients.ts';

let sandbox: Sandbox;
let ssm: SSMClient;
let kms: KMSClient;

beforeAll(async () => {
  sandbox = await startSandbox();
  ({ ssm, kms } = clientsFor(sandbox.url));
});
afterAll(() => sandbox.close());

let counter = 0;
const fresh = () => `/put/p${(counter += 1)}`;

function put(input: Partial<PutParameterCommandInput>) {
  const request = { Name: fresh(), Value: 'v', Type: 'String' as const, ...input };
  return ssm.send(new PutParameterCommand(request));
}

async function get(Name: string) {
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name, WithDecryption: true }));
  return Parameter;
}

describe('names', () => {
  test.each([
    ['/a b', 'ValidationException'],
    ['/a:b', 'ValidationException'],
    ['/ü', 'ValidationException'],
    ['/a//b', 'ValidationException'],
    ['/a/', 'ValidationException'],
    ['a/b', 'ValidationException'],
    ['awsthing', 'ValidationException'],
    ['/SSM/x', 'ValidationException'],
    ['/ssmfoo', 'ValidationException'],
    ['/AWS/x', 'AccessDeniedException'],
    [`/${'x'.repeat(967)}`, 'ValidationException'],
    ['/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16', 'HierarchyLevelLimitExceededException'],
  ])('refuses %s', async (Name, code) => {
    expect(await codeOf(put({ Name }))).toBe(code);
  });

  test.each([
    'plain',
    '/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15',
    `/${'x'.repeat(966)}`,
    '/a.b-c_D/x',
    '/x/aws',
  ])('accepts %s', async (Name) => {
    expect(await put({ Name })).toMatchObject({ Version: 1, Tier: 'Standard' });
  });
});

describe('values', () => {
  test('cannot be empty', async () => {
    expect(await errorOf(put({ Value: '' }))).toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('Member must have length greater than or equal to 1'),
    });
  });

  test('must fit their tier, in bytes', async () => {
    expect(await errorOf(put({ Value: 'x'.repeat(4097) }))).toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining(
        'Standard tier parameters support a maximum parameter value of 4096 characters.',
      ),
    });
    expect(await codeOf(put({ Value: 'ü'.repeat(2049) }))).toBe('ValidationException');
    expect(await put({ Value: 'x'.repeat(4096) })).toMatchObject({ Tier: 'Standard' });
    expect(await put({ Value: 'x'.repeat(8192), Tier: 'Advanced' })).toMatchObject({
      Tier: 'Advanced',
    });
    expect(await codeOf(put({ Value: 'x'.repeat(8193), Tier: 'Advanced' }))).toBe(
      'ValidationException',
    );
    expect(await put({ Value: 'x'.repeat(4096), Tier: 'Intelligent-Tiering' })).toMatchObject({
      Tier: 'Standard',
    });
    expect(await put({ Value: 'x'.repeat(4097), Tier: 'Intelligent-Tiering' })).toMatchObject({
      Tier: 'Advanced',
    });
  });

  test('cannot refer to other parameters', async () => {
    expect(await codeOf(put({ Value: 'a {{ssm:x}} b' }))).toBe('ValidationException');
    expect(await put({ Value: '{{ alone' })).toMatchObject({ Version: 1 });
  });

  test('must match their pattern, also on later writes', async () => {
    const Name = fresh();
    const AllowedPattern = '^\\d+$';
    expect(await codeOf(put({ Value: 'x', AllowedPattern }))).toBe(
      'ParameterPatternMismatchException',
    );
    expect(await codeOf(put({ AllowedPattern: '(' }))).toBe('InvalidAllowedPatternException');
    await put({ Name, Value: '1', AllowedPattern });
    expect(await codeOf(put({ Name, Value: 'x', Overwrite: true }))).toBe(
      'ParameterPatternMismatchException',
    );
  });
});

describe('types', () => {
  test('must be one of three in exact letter case, and are required to create', async () => {
    for (const Type of ['string', 'securestring', 'Secret'] as never[]) {
      expect(await errorOf(put({ Type }))).toMatchObject({
        name: 'ValidationException',
        message: expect.stringContaining('enum value set: [SecureString, StringList, String]'),
      });
    }
    const call = ssm.send(new PutParameterCommand({ Name: fresh(), Value: 'v' }));
    expect((await errorOf(call)).message).toBe(
      'A parameter type is required when you create a parameter.',
    );
  });

  test('stay if an overwrite names none, and change if it names another', async () => {
    const Name = fresh();
    await put({ Name, Type: 'StringList' });
    await ssm.send(new PutParameterCommand({ Name, Value: 'w', Overwrite: true }));
    expect((await get(Name))?.Type).toBe('StringList');
    await put({ Name, Type: 'SecureString', Overwrite: true });
    expect(await get(Name)).toMatchObject({ Type: 'SecureString', Value: 'v', Version: 3 });
  });

  test('accept a data type and a description', async () => {
    expect(await codeOf(put({ DataType: 'yaml' }))).toBe('ValidationException');
    expect(await codeOf(put({ Description: 'x'.repeat(1025) }))).toBe('ValidationException');
    expect(await put({ DataType: 'integer', Description: 'x'.repeat(1024) })).toMatchObject({
      Version: 1,
    });
  });
});

describe('a data type', () => {
  const INTEGRATIONS = '/d9d01087-4a3f-49e0-b0b4-d568d7826553/ssm/integrations/webhook/';

  test.each<[string, Partial<PutParameterCommandInput>]>([
    ['an AMI', { DataType: 'aws:ec2:image', Value: 'ami-0123456789abcdef0' }],
    [
      'an integration',
      { DataType: 'aws:ssm:integration', Type: 'SecureString', Name: `${INTEGRATIONS}x` },
    ],
    ['JSON', { DataType: 'json', Tier: 'Advanced' }],
  ])('accepts %s', async (_, input) => {
    expect(await put(input)).toMatchObject({ Version: 1 });
  });

  test.each<[string, Partial<PutParameterCommandInput>]>([
    ['an invalid AMI', { DataType: 'aws:ec2:image' }],
    ['an AMI as a list', { DataType: 'aws:ec2:image', Value: 'ami-0123', Type: 'StringList' }],
    ['an integration in the open', { DataType: 'aws:ssm:integration', Name: `${INTEGRATIONS}y` }],
    ['an integration elsewhere', { DataType: 'aws:ssm:integration', Type: 'SecureString' }],
    ['JSON in the tier Standard', { DataType: 'json', Tier: 'Standard' }],
  ])('refuses %s', async (_, input) => {
    expect(await codeOf(put(input))).toBe('ValidationException');
  });
});

describe('a SecureString', () => {
  test('is encrypted at rest, under the requested key', async () => {
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    const Name = fresh();
    await put({ Name, Type: 'SecureString', Value: 'secret', KeyId: KeyMetadata?.KeyId });
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name }));
    expect(Buffer.from(Parameter?.Value ?? '', 'base64')[0]).toBe(1);
    expect((await get(Name))?.Value).toBe('secret');
    await kms.send(new DisableKeyCommand({ KeyId: KeyMetadata?.KeyId }));
    expect(await codeOf(get(Name))).toBe('InvalidKeyId');
    expect(await codeOf(put({ Name, Type: 'SecureString', Overwrite: true }))).toBe('InvalidKeyId');
  });

  test('needs an existing key, and other types take none', async () => {
    expect(await codeOf(put({ Type: 'SecureString', KeyId: 'alias/none' }))).toBe('InvalidKeyId');
    expect(await errorOf(put({ KeyId: 'alias/aws/ssm' }))).toMatchObject({
      name: 'ValidationException',
      message: 'KeyId is required for SecureString type parameter only.',
    });
    await put({ Type: 'SecureString' });
    const policy = new GetKeyPolicyCommand({ KeyId: 'alias/aws/ssm' });
    expect(await codeOf(kms.send(policy))).toBe('InvalidArnException');
  });
});

describe('overwriting', () => {
  test('must be requested', async () => {
    const Name = fresh();
    await put({ Name });
    expect(await errorOf(put({ Name }))).toMatchObject({
      name: 'ParameterAlreadyExists',
      message:
        'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    });
    expect(await put({ Name, Overwrite: true })).toMatchObject({ Version: 2 });
  });

  test('accepts no tags', async () => {
    const call = put({ Overwrite: true, Tags: [{ Key: 'a', Value: 'b' }] });
    expect(await errorOf(call)).toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining("tags and overwrite can't be used together"),
    });
  });

  test('does not lower an Advanced parameter', async () => {
    const Name = fresh();
    await put({ Name, Tier: 'Advanced' });
    expect(await codeOf(put({ Name, Tier: 'Standard', Overwrite: true }))).toBe(
      'ValidationException',
    );
    expect(await put({ Name, Overwrite: true })).toMatchObject({ Tier: 'Advanced' });
  });

  test('keeps 100 versions, and never drops a labelled one', async () => {
    const Name = fresh();
    for (let version = 1; version <= 101; version += 1) await put({ Name, Overwrite: true });
    const history = await ssm.send(new GetParameterHistoryCommand({ Name }));
    expect(history.Parameters?.[0]?.Version).toBe(2);
    await ssm.send(
      new LabelParameterVersionCommand({ Name, ParameterVersion: 2, Labels: ['keep'] }),
    );
    expect(await codeOf(put({ Name, Overwrite: true }))).toBe('ParameterMaxVersionLimitExceeded');
  });
});

describe('deleting', () => {
  test('blocks the name for a while', async () => {
    const Name = fresh();
    await put({ Name });
    await ssm.send(new DeleteParameterCommand({ Name }));
    expect(await codeOf(get(Name))).toBe('ParameterNotFound');
    expect(await codeOf(put({ Name }))).toBe('ParameterAlreadyExists');
    expect(await codeOf(ssm.send(new DeleteParameterCommand({ Name })))).toBe('ParameterNotFound');
  });

  test('several lists those that do not exist, and accepts ten at most', async () => {
    const Name = fresh();
    await put({ Name });
    expect(await ssm.send(new DeleteParametersCommand({ Names: [Name, '/none'] }))).toMatchObject({
      DeletedParameters: [Name],
      InvalidParameters: ['/none'],
    });
    const Names = Array.from({ length: 11 }, fresh);
    expect(await codeOf(ssm.send(new DeleteParametersCommand({ Names })))).toBe(
      'ValidationException',
    );
  });
});

const on = (ResourceId: string) => ({ ResourceType: 'Parameter' as const, ResourceId });

describe('tags', () => {
  test('can be added, replaced and removed', async () => {
    const Name = fresh();
    await put({ Name, Tags: [{ Key: 'a', Value: '1' }] });
    const add = {
      ...on(Name),
      Tags: [
        { Key: 'a', Value: '2' },
        { Key: 'b', Value: '' },
      ],
    };
    await ssm.send(new AddTagsToResourceCommand(add));
    await ssm.send(new RemoveTagsFromResourceCommand({ ...on(Name), TagKeys: ['b', 'none'] }));
    const { TagList } = await ssm.send(new ListTagsForResourceCommand(on(Name)));
    expect(TagList).toEqual([{ Key: 'a', Value: '2' }]);
  });

  test('have limits, and need an existing parameter', async () => {
    const Name = fresh();
    await put({ Name });
    const add = (Tags: { Key: string; Value: string }[], id = Name) =>
      codeOf(ssm.send(new AddTagsToResourceCommand({ ...on(id), Tags })));
    const many = Array.from({ length: 51 }, (_, index) => ({ Key: `k${index}`, Value: '' }));
    expect(await add(many)).toBe('TooManyTagsError');
    expect(await add([{ Key: 'aws:x', Value: '' }])).toBe('ValidationException');
    expect(await add([{ Key: 'x'.repeat(129), Value: '' }])).toBe('ValidationException');
    expect(await add([{ Key: 'x', Value: 'y'.repeat(257) }])).toBe('ValidationException');
    expect(await add([{ Key: 'x', Value: '$' }])).toBe('ValidationException');
    expect(await add([{ Key: 'x', Value: 'y' }], '/none')).toBe('InvalidResourceId');
  });
});

test('parameters belong to a region', async () => {
  const Name = fresh();
  await put({ Name });
  const there = clientsFor(sandbox.url, { region: 'eu-west-1' }).ssm;
  expect(await codeOf(there.send(new GetParameterCommand({ Name })))).toBe('ParameterNotFound');
  expect((await there.send(new DescribeParametersCommand({}))).Parameters).toEqual([]);
});
