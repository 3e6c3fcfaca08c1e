import type { Call } from '../access.ts';
import { requestTags, tagKeys } from '../iam/facts.ts';
import type { Fields } from '../json/fields.ts';
import { page } from '../json/paging.ts';
import { seconds } from '../json/service.ts';
import type { Handlers } from '../json/service.ts';
import { kmsArn } from '../names.ts';
import { invalid, Refusal } from '../refusal.ts';
import { compareUtf8 } from '../state/store.ts';
import { keyIdOf, managedByCaller } from './keys.ts';
import { requireNotPending } from './keyring.ts';
import type { Alias, Key, KeyRing } from './keyring.ts';
import { requireKey } from './permission.ts';
import { mergeTags, namedTags, readTags } from './tags.ts';

export const aliasHandlers: Handlers<KeyRing> = {
  CreateAlias(ring, input, call) {
    const { name, arn } = aliasOf(input, call, 'kms:CreateAlias');
    const key = targetOf(ring, input, call, 'kms:CreateAlias');
    if (ring.alias(key, name) !== undefined) {
      throw new Refusal('AlreadyExistsException', `An alias with the name ${arn} already exists`);
    }
    requireNotPending(key);
    const { now: createdAt } = call;
    ring.saveAlias({ ...call.home, name, arn, keyId: key.id, createdAt, updatedAt: createdAt });
    return undefined;
  },

  UpdateAlias(ring, input, call) {
    const { name, arn } = aliasOf(input, call, 'kms:UpdateAlias');
    const alias = existing(ring, call, name, arn);
    requireKey(ring, call, 'kms:UpdateAlias', ring.find(alias, alias.keyId, call.now));
    const key = targetOf(ring, input, call, 'kms:UpdateAlias');
    requireNotPending(key);
    ring.saveAlias({ ...alias, keyId: key.id, updatedAt: call.now });
    return undefined;
  },

  DeleteAlias(ring, input, call) {
    const { name, arn } = aliasOf(input, call, 'kms:DeleteAlias');
    const alias = existing(ring, call, name, arn);
    requireKey(ring, call, 'kms:DeleteAlias', ring.find(alias, alias.keyId, call.now));
    ring.deleteAlias(alias);
    return undefined;
  },

  ListAliases(ring, input, call) {
    call.require('kms:ListAliases', '*');
    const { account, region } = call.home;
    const wanted = input.has('KeyId')
      ? ring.findOwn(call.home, keyIdOf(input), call.now).id
      : undefined;
    const aliases = [...ring.aliases.values()].filter(
      (alias) =>
        alias.account === account &&
        alias.region === region &&
        (wanted === undefined || alias.keyId === wanted),
    );
    aliases.sort((one, other) => compareUtf8(one.name, other.name));
    const request = {
      size: input.integer('Limit', { min: 1, max: 100 }) ?? 50,
      token: input.optionalText('Marker'),
      invalidCode: 'InvalidMarkerException',
    };
    const { items, next } = page(aliases, (alias) => alias.name, request, compareUtf8);
    return { Aliases: items.map(listed), Truncated: next !== undefined, NextMarker: next };
  },
};

export const tagHandlers: Handlers<KeyRing> = {
  TagResource(ring, input, call) {
    const tags = readTags(input);
    const key = managedByCaller(ring, input, call, 'kms:TagResource', requestTags(namedTags(tags)));
    requireNotPending(key);
    ring.save({ ...key, tags: mergeTags(key.tags, tags) });
    return undefined;
  },

  UntagResource(ring, input, call) {
    const names = new Set(input.texts('TagKeys', { min: 0, max: 50 }, { min: 1, max: 128 }));
    const key = managedByCaller(ring, input, call, 'kms:UntagResource', tagKeys([...names]));
    requireNotPending(key);
    ring.save({ ...key, tags: key.tags.filter((tag) => !names.has(tag.TagKey)) });
    return undefined;
  },

  ListResourceTags(ring, input, call) {
    const key = ring.findOwn(call.home, keyIdOf(input), call.now);
    requireKey(ring, call, 'kms:ListResourceTags', key);
    return { Tags: key.tags, Truncated: false };
  },
};

function aliasOf(input: Fields, call: Call, action: string): { name: string; arn: string } {
  const name = input.text('AliasName', { min: 1, max: 256, pattern: /^[a-zA-Z0-9:/_-]+$/ });
  if (!name.startsWith('alias/') || name === 'alias/') {
    throw invalid(
      'Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html',
    );
  }
  if (name.includes(':')) throw invalid(`${name} contains invalid characters for an alias`);
  if (name.startsWith('alias/aws/')) {
    throw new Refusal('NotAuthorizedException', 'The alias prefix alias/aws/ is reserved for AWS.');
  }
  const arn = kmsArn(call.home, name);
  call.require(action, arn);
  return { name, arn };
}

function targetOf(ring: KeyRing, input: Fields, call: Call, action: string): Key {
  const target = input.text('TargetKeyId', { min: 1, max: 2048 });
  if (/^(?:alias\/|arn:.*:alias\/)/.test(target)) {
    throw invalid('Aliases must refer to keys. Not aliases');
  }
  const key = ring.findOwn(call.home, target, call.now);
  requireKey(ring, call, action, key);
  return key;
}

function existing(ring: KeyRing, call: Call, name: string, arn: string): Alias {
  const alias = ring.alias(call.home, name);
  if (alias === undefined) throw new Refusal('NotFoundException', `Alias ${arn} is not found.`);
  return alias;
}

function listed(alias: Alias): object {
  return {
    AliasName: alias.name,
    AliasArn: alias.arn,
    TargetKeyId: alias.keyId,
    CreationDate: seconds(alias.createdAt),
    LastUpdatedDate: seconds(alias.updatedAt),
  };
}
