import {
  CancelKeyDeletionCommand,
  CreateAliasCommand,
  CreateKeyCommand,
  DecryptCommand,
  DeleteAliasCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  EnableKeyRotationCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateDataKeyWithoutPlaintextCommand,
  GenerateRandomCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  ListAliasesCommand,
  ListKeysCommand,
  ListResourceTagsCommand,
  PutKeyPolicyCommand,
  ReEncryptCommand,
  ReplicateKeyCommand,
  ScheduleKeyDeletionCommand,
  TagResourceCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-kms';
import type { KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { startSandbox } from '../../../src/sandbox/index.ts';
import type { Sandbox } from '../../../src/sandbox/index.ts';
import { clientsFor, codeOf, errorOf } from './clients.ts';

let sandbox: Sandbox;
let kms: KMSClient;

beforeAll(async () => {
  sandbox = await startSandbox();
  ({ kms } = clientsFor(sandbox.url));
});
afterAll(() => sandbox.close());

async function newKey(MultiRegion = false): Promise<{ id: string; arn: string }> {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({ MultiRegion }));
  return { id: KeyMetadata?.KeyId ?? '', arn: KeyMetadata?.Arn ?? '' };
}

const describeKey = (KeyId: string) => kms.send(new DescribeKeyCommand({ KeyId }));
const bytes = (text: string) => new Uint8Array(Buffer.from(text));

describe('ciphertext', () => {
  test('decrypts without a key id, for any order of the context', async () => {
    const { id, arn } = await newKey();
    const { CiphertextBlob = new Uint8Array() } = await kms.send(
      new EncryptCommand({
        KeyId: id,
        Plaintext: bytes('x'),
        EncryptionContext: { a: '1', b: '2' },
      }),
    );
    expect(CiphertextBlob[0]).toBe(1);
    const opened = await kms.send(
      new DecryptCommand({ CiphertextBlob, EncryptionContext: { b: '2', a: '1' } }),
    );
    expect(opened.Plaintext).toEqual(bytes('x'));
    expect(opened.KeyId).toBe(arn);
  });

  test('does not open with another context, a flipped bit, or in another region', async () => {
    const { id } = await newKey();
    const { CiphertextBlob = new Uint8Array() } = await kms.send(
      new EncryptCommand({ KeyId: id, Plaintext: bytes('x'), EncryptionContext: { a: '1' } }),
    );
    const open = (blob: Uint8Array, context: Record<string, string>, client = kms) =>
      codeOf(client.send(new DecryptCommand({ CiphertextBlob: blob, EncryptionContext: context })));
    expect(await open(CiphertextBlob, { a: '2' })).toBe('InvalidCiphertextException');
    expect(await open(CiphertextBlob, {})).toBe('InvalidCiphertextException');
    for (const index of [0, 7, 21, CiphertextBlob.length - 17, CiphertextBlob.length - 1]) {
      const flipped = CiphertextBlob.map((byte, at) => (at === index ? byte ^ 4 : byte));
      expect(await open(flipped, { a: '1' })).toBe('InvalidCiphertextException');
    }
    const elsewhere = clientsFor(sandbox.url, { region: 'eu-west-1' }).kms;
    expect(await open(CiphertextBlob, { a: '1' }, elsewhere)).toBe('InvalidCiphertextException');
  });

  test('is refused for another key than its own', async () => {
    const [one, other] = [await newKey(), await newKey()];
    const { CiphertextBlob } = await kms.send(
      new EncryptCommand({ KeyId: one.id, Plaintext: bytes('x') }),
    );
    const call = kms.send(new DecryptCommand({ CiphertextBlob, KeyId: other.arn }));
    expect(await codeOf(call)).toBe('IncorrectKeyException');
  });

  test('moves to another key and context with ReEncrypt', async () => {
    const [one, other] = [await newKey(), await newKey()];
    const { CiphertextBlob } = await kms.send(
      new EncryptCommand({ KeyId: one.id, Plaintext: bytes('x'), EncryptionContext: { a: '1' } }),
    );
    const request = {
      CiphertextBlob,
      DestinationKeyId: other.id,
      DestinationEncryptionContext: { b: '2' },
    };
    expect(await codeOf(kms.send(new ReEncryptCommand(request)))).toBe(
      'InvalidCiphertextException',
    );
    const source = { SourceEncryptionContext: { a: '1' } };
    const wrong = { ...request, ...source, SourceKeyId: other.id };
    expect(await codeOf(kms.send(new ReEncryptCommand(wrong)))).toBe('IncorrectKeyException');
    const moved = await kms.send(new ReEncryptCommand({ ...request, ...source }));
    expect([moved.SourceKeyId, moved.KeyId]).toEqual([one.arn, other.arn]);
    const opened = await kms.send(
      new DecryptCommand({ CiphertextBlob: moved.CiphertextBlob, EncryptionContext: { b: '2' } }),
    );
    expect(opened.Plaintext).toEqual(bytes('x'));
  });

  test('holds from 1 to 4096 bytes', async () => {
    const { id } = await newKey();
    const encrypt = (size: number) =>
      kms.send(new EncryptCommand({ KeyId: id, Plaintext: new Uint8Array(size) }));
    expect(await errorOf(encrypt(0))).toMatchObject({
      name: 'ValidationException',
      message:
        "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have length greater than or equal to 1",
    });
    expect(await codeOf(encrypt(4097))).toBe('ValidationException');
    expect((await encrypt(4096)).CiphertextBlob?.length).toBeGreaterThan(4096);
  });
});

test('data keys have the requested size, which must be given exactly once', async () => {
  const { id } = await newKey();
  const generate = (size: object) => kms.send(new GenerateDataKeyCommand({ KeyId: id, ...size }));
  expect((await generate({ KeySpec: 'AES_256' })).Plaintext).toHaveLength(32);
  expect((await generate({ KeySpec: 'AES_128' })).Plaintext).toHaveLength(16);
  expect((await generate({ NumberOfBytes: 64 })).Plaintext).toHaveLength(64);
  expect(await codeOf(generate({}))).toBe('ValidationException');
  expect(await codeOf(generate({ KeySpec: 'AES_256', NumberOfBytes: 64 }))).toBe(
    'ValidationException',
  );
  expect(await codeOf(generate({ KeySpec: 'AES_512' }))).toBe('ValidationException');
  expect(await codeOf(generate({ NumberOfBytes: 1025 }))).toBe('ValidationException');
  const wrapped = await kms.send(
    new GenerateDataKeyWithoutPlaintextCommand({ KeyId: id, KeySpec: 'AES_256' }),
  );
  const opened = await kms.send(new DecryptCommand({ CiphertextBlob: wrapped.CiphertextBlob }));
  expect(opened.Plaintext).toHaveLength(32);
  const random = await kms.send(new GenerateRandomCommand({ NumberOfBytes: 20 }));
  expect(random.Plaintext).toHaveLength(20);
});

describe('aliases', () => {
  test('name a key by name and by ARN, and can be moved and deleted', async () => {
    const [one, other] = [await newKey(), await newKey()];
    const AliasName = 'alias/moving';
    await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: one.id }));
    for (const id of [
      one.id,
      one.arn,
      AliasName,
      `arn:aws:kms:us-east-1:111122223333:${AliasName}`,
    ]) {
      expect((await describeKey(id)).KeyMetadata?.Arn).toBe(one.arn);
    }
    await kms.send(new UpdateAliasCommand({ AliasName, TargetKeyId: other.arn }));
    expect((await describeKey(AliasName)).KeyMetadata?.Arn).toBe(other.arn);
    const { Aliases } = await kms.send(new ListAliasesCommand({ KeyId: other.id }));
    expect(Aliases?.map((alias) => alias.AliasName)).toEqual([AliasName]);
    await kms.send(new DeleteAliasCommand({ AliasName }));
    expect(await errorOf(describeKey(AliasName))).toMatchObject({
      name: 'NotFoundException',
      message: 'Alias arn:aws:kms:us-east-1:111122223333:alias/moving is not found.',
    });
  });

  test('must be new and valid, and point to a key', async () => {
    const { id } = await newKey();
    const create = (AliasName: string, TargetKeyId = id) =>
      codeOf(kms.send(new CreateAliasCommand({ AliasName, TargetKeyId })));
    await kms.send(new CreateAliasCommand({ AliasName: 'alias/taken', TargetKeyId: id }));
    expect(await create('alias/taken')).toBe('AlreadyExistsException');
    expect(await create('other/x')).toBe('ValidationException');
    expect(await create('alias/')).toBe('ValidationException');
    expect(await create('alias/a b')).toBe('ValidationException');
    expect(await create('alias/aws/mine')).toBe('NotAuthorizedException');
    expect(await create('alias/new', 'alias/taken')).toBe('ValidationException');
    expect(await create('alias/new', '00000000-0000-4000-8000-000000000000')).toBe(
      'NotFoundException',
    );
    const update = new UpdateAliasCommand({ AliasName: 'alias/none', TargetKeyId: id });
    expect(await codeOf(kms.send(update))).toBe('NotFoundException');
  });

  test('belong to a region, as keys do', async () => {
    const { id, arn } = await newKey();
    await kms.send(new CreateAliasCommand({ AliasName: 'alias/here', TargetKeyId: id }));
    const there = clientsFor(sandbox.url, { region: 'ap-south-1' }).kms;
    for (const KeyId of ['alias/here', id, arn]) {
      expect(await codeOf(there.send(new DescribeKeyCommand({ KeyId })))).toBe('NotFoundException');
    }
    expect((await there.send(new ListKeysCommand({}))).Keys).toEqual([]);
  });

  test("AWS's own aliases appear on first use, for their service only", async () => {
    const { kms: fresh } = clientsFor(sandbox.url, { region: 'eu-north-1' });
    const { KeyMetadata } = await fresh.send(new DescribeKeyCommand({ KeyId: 'alias/aws/ssm' }));
    expect(KeyMetadata?.KeyManager).toBe('AWS');
    const encrypt = new EncryptCommand({ KeyId: 'alias/aws/ssm', Plaintext: bytes('x') });
    expect(await codeOf(fresh.send(encrypt))).toBe('AccessDeniedException');
    const disable = new DisableKeyCommand({ KeyId: KeyMetadata?.KeyId });
    expect(await codeOf(fresh.send(disable))).toBe('AccessDeniedException');
  });
});

describe('a key', () => {
  test('cannot be used if it is disabled or scheduled for deletion', async () => {
    const { id } = await newKey();
    const encrypt = () => kms.send(new EncryptCommand({ KeyId: id, Plaintext: bytes('x') }));
    const { CiphertextBlob } = await encrypt();
    const decrypt = () => kms.send(new DecryptCommand({ CiphertextBlob }));
    await kms.send(new DisableKeyCommand({ KeyId: id }));
    expect(await codeOf(encrypt())).toBe('DisabledException');
    expect(await codeOf(decrypt())).toBe('DisabledException');
    await kms.send(new EnableKeyCommand({ KeyId: id }));
    await encrypt();
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId: id, PendingWindowInDays: 7 }));
    expect(await codeOf(encrypt())).toBe('KMSInvalidStateException');
    expect(await codeOf(decrypt())).toBe('KMSInvalidStateException');
    await kms.send(new CancelKeyDeletionCommand({ KeyId: id }));
    expect(await codeOf(decrypt())).toBe('DisabledException');
  });

  test('has rotation, a policy and tags', async () => {
    const { KeyMetadata } = await kms.send(
      new CreateKeyCommand({ Description: 'd', Tags: [{ TagKey: 'a', TagValue: '1' }] }),
    );
    const KeyId = KeyMetadata?.KeyId;
    expect(KeyMetadata).toMatchObject({ Description: 'd', Enabled: true, KeyState: 'Enabled' });
    const rotation = () => kms.send(new GetKeyRotationStatusCommand({ KeyId }));
    expect((await rotation()).KeyRotationEnabled).toBe(false);
    await kms.send(new EnableKeyRotationCommand({ KeyId }));
    expect((await rotation()).KeyRotationEnabled).toBe(true);
    await kms.send(new TagResourceCommand({ KeyId, Tags: [{ TagKey: 'b', TagValue: '2' }] }));
    expect((await kms.send(new ListResourceTagsCommand({ KeyId }))).Tags).toHaveLength(2);
    const statement = { Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' };
    const policy = JSON.stringify({ Statement: statement });
    await kms.send(new PutKeyPolicyCommand({ KeyId, Policy: policy }));
    expect((await kms.send(new GetKeyPolicyCommand({ KeyId }))).Policy).toBe(policy);
    const malformed = new PutKeyPolicyCommand({ KeyId, Policy: 'no' });
    expect(await codeOf(kms.send(malformed))).toBe('MalformedPolicyDocumentException');
  });

  test('is NotFound if it does not exist', async () => {
    const id = '00000000-0000-4000-8000-000000000000';
    expect(await errorOf(describeKey(id))).toMatchObject({
      name: 'NotFoundException',
      message: `Key 'arn:aws:kms:us-east-1:111122223333:key/${id}' does not exist`,
    });
    expect(await errorOf(describeKey('nonsense'))).toMatchObject({ name: 'NotFoundException' });
  });
});

describe('multi-Region keys', () => {
  const EncryptionContext = { a: '1' };

  const encrypt = (KeyId: string) =>
    kms.send(new EncryptCommand({ KeyId, Plaintext: bytes('x'), EncryptionContext }));

  test('have an id of their own form, and open what a replica encrypted', async () => {
    const { id, arn } = await newKey(true);
    expect(id).toMatch(/^mrk-[0-9a-f]{32}$/);
    const { CiphertextBlob } = await encrypt(id);
    const elsewhere = clientsFor(sandbox.url, { region: 'eu-west-1' }).kms;
    const decrypt = new DecryptCommand({ CiphertextBlob, EncryptionContext });
    expect(await codeOf(elsewhere.send(decrypt))).toBe('InvalidCiphertextException');

    const { ReplicaKeyMetadata } = await kms.send(
      new ReplicateKeyCommand({ KeyId: id, ReplicaRegion: 'eu-west-1' }),
    );
    const replica = arn.replace('us-east-1', 'eu-west-1');
    expect(ReplicaKeyMetadata).toMatchObject({
      KeyId: id,
      Arn: replica,
      MultiRegionConfiguration: {
        MultiRegionKeyType: 'REPLICA',
        PrimaryKey: { Arn: arn, Region: 'us-east-1' },
        ReplicaKeys: [{ Arn: replica, Region: 'eu-west-1' }],
      },
    });
    const { Plaintext, KeyId } = await elsewhere.send(decrypt);
    expect([Buffer.from(Plaintext ?? '').toString(), KeyId]).toEqual(['x', replica]);
    const again = new ReplicateKeyCommand({ KeyId: id, ReplicaRegion: 'eu-west-1' });
    expect(await codeOf(kms.send(again))).toBe('AlreadyExistsException');
  });

  test('only a primary key can be replicated', async () => {
    const { id } = await newKey();
    const replicate = new ReplicateKeyCommand({ KeyId: id, ReplicaRegion: 'eu-west-1' });
    expect(await codeOf(kms.send(replicate))).toBe('UnsupportedOperationException');
  });
});
