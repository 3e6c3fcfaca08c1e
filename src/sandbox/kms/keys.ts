import type { Call } from '../access.ts';
import type { Fields } from '../json/fields.ts';
import { page } from '../json/paging.ts';
import { seconds } from '../json/service.ts';
import type { Handlers } from '../json/service.ts';
import { requestTags, type Facts } from '../iam/facts.ts';
import { kmsArn } from '../names.ts';
import { broken, Refusal } from '../refusal.ts';
import { compareUtf8 } from '../state/store.ts';
import { requireNotPending, requireUsable } from './keyring.ts';
import type { Key, KeyRing } from './keyring.ts';
import { requireKey } from './permission.ts';
import { policyOf, readPolicy } from './policy.ts';
import { namedTags, readTags } from './tags.ts';

const DAY = 86_400_000;

export const keyHandlers: Handlers<KeyRing> = {
  CreateKey(ring, input, call) {
    const tags = readTags(input);
    const asked = requestTags(namedTags(tags));
    call.require('kms:CreateKey', '*', asked);
    // The right to tag a new key cannot exclude existing keys: its resource has to be all keys.
    if (tags.length > 0) {
      call.require('kms:TagResource', kmsArn(call.home, 'key/*'), asked);
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
    const policy = readPolicy(input, call);
    const primaryRegion = input.flag('MultiRegion') ? call.home.region : undefined;
    const details = {
      description,
      tags,
      primaryRegion,
      ...(policy === undefined ? {} : { policy }),
    };
    const key = ring.create(call.home, details, call.now);
    return { KeyMetadata: metadata(ring, key) };
  },

  DescribeKey(ring, input, call) {
    const key = ring.find(call.home, keyIdOf(input), call.now);
    requireKey(ring, call, 'kms:DescribeKey', key);
    return { KeyMetadata: metadata(ring, key) };
  },

  ListKeys(ring, input, call) {
    call.require('kms:ListKeys', '*');
    const { account, region } = call.home;
    const keys = [...ring.keys.values()].filter(
      (key) => key.account === account && key.region === region,
    );
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
    const key = ring.findById(call.home, keyIdOf(input), call.now);
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
    const key = managedByCaller(ring, input, call, 'kms:PutKeyPolicy');
    const policy = readPolicy(input, call);
    if (policy === undefined) throw broken('Policy', 'null', 'Member must not be null');
    ring.save({ ...key, policy });
    return undefined;
  },

  GetKeyPolicy(ring, input, call) {
    requirePolicyName(input);
    const key = ring.findOwn(call.home, keyIdOf(input), call.now);
    requireKey(ring, call, 'kms:GetKeyPolicy', key);
    return { Policy: policyOf(key), PolicyName: 'default' };
  },
};

export function keyIdOf(input: Fields): string {
  return input.text('KeyId', { min: 1, max: 2048 });
}

/** The key to change: one of the caller's account. */
export function managedByCaller(
  ring: KeyRing,
  input: Fields,
  call: Call,
  action: string,
  tags: Facts = {},
): Key {
  const key = ring.findOwn(call.home, keyIdOf(input), call.now);
  requireKey(ring, call, action, key, { tags });
  return key;
}

function requirePolicyName(input: Fields): void {
  const name = input.optionalText('PolicyName') ?? 'default';
  if (name !== 'default') throw new Refusal('NotFoundException', 'No such policy exists');
}

export function metadata(ring: KeyRing, key: Key): object {
  return {
    AWSAccountId: key.account,
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
