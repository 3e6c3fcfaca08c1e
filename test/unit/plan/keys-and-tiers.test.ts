import { describe, expect, test } from 'vitest';
import type { Tier } from '../../../src/manifest/model.ts';
import { actual, changeOf, desired, secret } from './states.ts';

const UUID = '1234abcd-12ab-34cd-56ef-1234567890ab';
const HERE = 'arn:aws:kms:us-east-1:111122223333:';

function fieldsOf(there: string | undefined, wanted: string) {
  const found = actual('/a/x', { type: 'SecureString', keyId: there });
  const { differences } = changeOf(secret('/a/x', 'v', { keyId: wanted }), found);
  return differences.map(({ field }) => field);
}

describe('is the same key:', () => {
  test.each([
    ['by alias', 'alias/app', 'alias/app'],
    ['by id', UUID, UUID],
    ["by alias and by the alias's ARN", 'alias/app', `${HERE}alias/app`],
    ["by id and by the key's ARN", `${HERE}key/${UUID}`, UUID],
    ['by ARN', `${HERE}key/${UUID}`, `${HERE}key/${UUID}`],
    ['of several regions by id and by ARN', `${HERE}key/mrk-${UUID}`, `mrk-${UUID}`],
    ['in another partition', 'alias/app', 'arn:aws-cn:kms:cn-north-1:111122223333:alias/app'],
    ['with slashes in the alias', 'alias/team/app', `${HERE}alias/team/app`],
  ])('%s', (_, there, wanted) => {
    expect(fieldsOf(there, wanted)).toEqual([]);
    expect(fieldsOf(wanted, there)).toEqual([]);
  });
});

describe('is another key:', () => {
  test.each([
    ['by alias', 'alias/app', 'alias/other'],
    ['by id', UUID, UUID.replace('1', '2')],
    ['if an alias is compared with an id', 'alias/app', UUID],
    ['when an alias is called like an id', `alias/${UUID}`, UUID],
    ['in another account', `${HERE}alias/app`, 'arn:aws:kms:us-east-1:444455556666:alias/app'],
    ['in another region', `${HERE}alias/app`, 'arn:aws:kms:eu-west-1:111122223333:alias/app'],
    ['if there is none', undefined, 'alias/app'],
  ])('%s', (_, there, wanted) => {
    expect(fieldsOf(there, wanted)).toEqual(['key']);
  });
});

test('ignores the key of a plain parameter', () => {
  const there = actual('/a/x', { keyId: 'alias/left-over' });
  expect(changeOf(desired('/a/x'), there).action).toBe('unchanged');
});

function planTier(wanted: Tier | undefined, there: Tier) {
  return changeOf(desired('/a/x', { tier: wanted }), actual('/a/x', { tier: there }));
}

describe('the tier', () => {
  test.each<Tier>(['Standard', 'Advanced'])('may be %s if the manifest names none', (there) => {
    expect(planTier(undefined, there).action).toBe('unchanged');
  });

  test.each<Tier>(['Standard', 'Advanced'])('may be %s if AWS chooses it', (there) => {
    expect(planTier('Intelligent-Tiering', there).action).toBe('unchanged');
  });

  test('is raised in place', () => {
    expect(planTier('Advanced', 'Standard')).toMatchObject({
      action: 'update',
      differences: [{ field: 'tier', before: 'Standard', after: 'Advanced' }],
    });
  });

  test('is lowered only by replacing the parameter', () => {
    expect(planTier('Standard', 'Advanced')).toMatchObject({
      action: 'replace',
      differences: [{ field: 'tier', before: 'Advanced', after: 'Standard' }],
    });
  });
});
