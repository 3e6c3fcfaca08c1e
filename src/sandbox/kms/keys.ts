import type { Call } from '../access.ts';
import type { Fields } from '../json/fields.ts';
import { page } from '../json/paging.ts';
import { seconds } from '../json/service.ts';
import type { Handlers } from '../json/service.ts';
import { requestTags, type Facts } from '../iam/facts.ts';
import { kmsArn, userArn } from '../names.ts';
import { Refusal } from '../refusal.ts';
import { compareUtf8 } from '../state/store.ts';
import { requireNotPending, requireUsable } from './keyring.ts';
import type { Key, KeyRing } from './keyring.ts';
import { requireKey } from './permission.ts';
import { namedTags, readTags } from './tags.ts';

const DAY = 86_400_000;

export const keyHandlers: Handlers<KeyRing> = {
  CreateKey(ring, input, call) {
    const tags = readTags(input);
    const asked = requestTags(namedTags(tags));
    call.require('kms:CreateKey', '*', asked);
    // The right to tag a new key cannot exclude existing keys: its resource has to be all keys.
    if (tags.length > 0) {
      call.require('kms:TagResource', kmsArn(call.caller.region, 'key/*'), asked);
    }
    const usage = input.optionalText('KeyUsage') ?? 'ENCRYPT_DECRYPT';
    const spec =
      input.optionalText('KeySpec') ??
      input.optionalText('CustomerMasterKeySpec') ??
      'SYMMETRIC_DEFAULT';
    const origin = input.optionalText('Origin') ?? 'AWS_KMS';
    if (usage !== 'ENCRYPT_DECRYPT' || spec !== 'SYMMETRIC_DEFAULT' || origin !== 'AWS_KMS') {
      throw new Refusal(
        'UnsupportedOperationException',
        'The sandbox supports only symmetric encryption keys',
      );
    }
    const description = input.optionalText('Description', { max: 8192 }) ?? '';
    const policy = input.optionalText('Policy', { min: 1, max: 131_072 });
    const key = ring.create(
      call.caller.region,
      {
        description,
        tags,
        primaryRegion: input.flag('MultiRegion') ? call.caller.region : undefined,
        ...(policy === undefined ? {} : { policy: checkedPolicy(policy) }),
      },
      call.now,
    );
    return { KeyMetadata: metadata(ring, key) };
  },

  DescribeKey(ring, input, call) {
    const key = ring.find(call.caller.region, keyIdOf(input), call.now);
    requireKey(ring, call, 'kms:DescribeKey', key);
    return { KeyMetadata: metadata(ring, key) };
  },

  ListKeys(ring, input, call) {
    call.require('kms:ListKeys', '*');
    const { region } = call.caller;
    const keys = [...ring.keys.values()].filter((key) => key.region === region);
    keys.sort((one, other) => compareUtf8(one.id, other.id));
    const request = {
      size: input.integer('Limit', { min: 1, max: 1000 }) ?? 100,
      token: input.optionalText('Marker'),
      invalidCode: 'InvalidMarkerException',
    };
    const { items, next } = page(keys, (key) => key.id, request, compareUtf8);
    return {
      Keys: items.map((key) => ({ KeyId: key.id, KeyArn: key.arn })),
      Truncated: next !== undefined,
      NextMarker: next,
    };
  },

  EnableKey(ring, input, call) {
    const key = managedByCaller(ring, input, call, 'kms:EnableKey');
    requireNotPending(key);
    ring.save({ ...key, state: 'Enabled' });
    return undefined;
  },

  DisableKey(ring, input, call) {
    const key = managedByCaller(ring, input, call, 'kms:DisableKey');
    requireNotPending(key);
    ring.save({ ...key, state: 'Disabled' });
    return undefined;
  },

  ScheduleKeyDeletion(ring, input, call) {
    const days = input.integer('PendingWindowInDays', { min: 7, max: 30 }) ?? 30;
    const key = managedByCaller(ring, input, call, 'kms:ScheduleKeyDeletion');
    requireNotPending(key);
    const deletionAt = call.now + days * DAY;
    ring.save({ ...key, state: 'PendingDeletion', deletionAt });
    return {
      KeyId: key.arn,
      DeletionDate: seconds(deletionAt),
      KeyState: 'PendingDeletion',
      PendingWindowInDays: days,
    };
  },

  CancelKeyDeletion(ring, input, call) {
    const key = managedByCaller(ring, input, call, 'kms:CancelKeyDeletion');
    if (key.state !== 'PendingDeletion') {
      throw new Refusal('KMSInvalidStateException', `${key.arn} is not pending deletion.`);
    }
    const { deletionAt: _, ...kept } = key;
    ring.save({ ...kept, state: 'Disabled' });
    return { KeyId: key.arn };
  },

  EnableKeyRotation(ring, input, call) {
    const days = input.integer('RotationPeriodInDays', { min: 90, max: 2560 }) ?? 365;
    const key = managedByCaller(ring, input, call, 'kms:EnableKeyRotation');
    requireUsable(key);
    ring.save({ ...key, rotationDays: days });
    return undefined;
  },

  DisableKeyRotation(ring, input, call) {
    const key = managedByCaller(ring, input, call, 'kms:DisableKeyRotation');
    requireUsable(key);
    const { rotationDays: _, ...kept } = key;
    ring.save(kept);
    return undefined;
  },

  GetKeyRotationStatus(ring, input, call) {
    const key = ring.findById(call.caller.region, keyIdOf(input), call.now);
    requireKey(ring, call, 'kms:GetKeyRotationStatus', key);
    if (key.rotationDays === undefined) return { KeyId: key.arn, KeyRotationEnabled: false };
    return {
      KeyId: key.arn,
      KeyRotationEnabled: true,
      RotationPeriodInDays: key.rotationDays,
      NextRotationDate: seconds(key.createdAt + key.rotationDays * DAY),
    };
  },

  PutKeyPolicy(ring, input, call) {
    requirePolicyName(input);
    const policy = checkedPolicy(input.text('Policy', { min: 1, max: 131_072 }));
    const key = managedByCaller(ring, input, call, 'kms:PutKeyPolicy');
    ring.save({ ...key, policy });
    return undefined;
  },

  GetKeyPolicy(ring, input, call) {
    requirePolicyName(input);
    const key = ring.findById(call.caller.region, keyIdOf(input), call.now);
    requireKey(ring, call, 'kms:GetKeyPolicy', key);
    return { Policy: key.policy ?? defaultPolicy(), PolicyName: 'default' };
  },
};

export function keyIdOf(input: Fields): string {
  return input.text('KeyId', { min: 1, max: 2048 });
}

/** The key to change; callers cannot change AWS's own keys. */
export function managedByCaller(
  ring: KeyRing,
  input: Fields,
  call: Call,
  action: string,
  tags: Facts = {},
): Key {
  const key = ring.findById(call.caller.region, keyIdOf(input), call.now);
  requireKey(ring, call, action, key, { tags });
  if (key.manager === 'AWS') {
    const who = userArn(call.caller.accessKeyId);
    throw new Refusal(
      'AccessDeniedException',
      `User: ${who} is not authorized to perform: ${action} on resource: ${key.arn}`,
    );
  }
  return key;
}

function requirePolicyName(input: Fields): void {
  const name = input.optionalText('PolicyName') ?? 'default';
  if (name !== 'default') throw new Refusal('NotFoundException', 'No such policy exists');
}

function checkedPolicy(text: string): string {
  try {
    const policy: unknown = JSON.parse(text);
    if (typeof policy === 'object' && policy !== null && 'Statement' in policy) return text;
  } catch {
    // falls through to the refusal
  }
  throw new Refusal(
    'MalformedPolicyDocumentException',
    'Policy contains a statement with one or more invalid principals or is not valid JSON.',
  );
}

function defaultPolicy(): string {
  const statement = {
    Sid: 'Enable IAM User Permissions',
    Effect: 'Allow',
    Principal: { AWS: userArn('').replace('user/', 'root') },
    Action: 'kms:*',
    Resource: '*',
  };
  return JSON.stringify({ Version: '2012-10-17', Id: 'key-default-1', Statement: [statement] });
}

export function metadata(ring: KeyRing, key: Key): object {
  return {
    AWSAccountId: key.arn.split(':')[4],
    KeyId: key.id,
    Arn: key.arn,
    CreationDate: seconds(key.createdAt),
    Enabled: key.state === 'Enabled',
    Description: key.description,
    KeyUsage: 'ENCRYPT_DECRYPT',
    KeyState: key.state,
    DeletionDate: key.deletionAt === undefined ? undefined : seconds(key.deletionAt),
    Origin: 'AWS_KMS',
    KeyManager: key.manager,
    CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
    KeySpec: 'SYMMETRIC_DEFAULT',
    EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
    ...regionsOf(ring, key),
  };
}

function regionsOf(ring: KeyRing, { id, region, primaryRegion }: Key): object {
  if (primaryRegion === undefined) return { MultiRegion: false };
  const related = [...ring.keys.values()].filter((key) => key.id === id);
  const described = related.map((key) => ({ Arn: key.arn, Region: key.region }));
  return {
    MultiRegion: true,
    MultiRegionConfiguration: {
      MultiRegionKeyType: region === primaryRegion ? 'PRIMARY' : 'REPLICA',
      PrimaryKey: described.find((key) => key.Region === primaryRegion),
      ReplicaKeys: described.filter((key) => key.Region !== primaryRegion),
    },
  };
}
