import { expect, test } from 'vitest';
import type { LifecycleRule } from '../../../../src/aws/bucket-model.ts';
import { ABORT_RULE, requireAbort } from '../../../../src/access/bootstrap/lifecycle.ts';

const abort = { AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } };
const foreign: LifecycleRule = {
  ID: 'logs',
  Status: 'Enabled',
  Filter: { Prefix: 'logs/' },
  Expiration: { Days: 30 },
};
const ours: LifecycleRule = {
  ID: ABORT_RULE,
  Status: 'Enabled',
  Filter: { Prefix: '' },
  AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
};

test('adds a rule that aborts unfinished uploads, and keeps other rules', () => {
  expect(requireAbort([])).toEqual([ours]);
  expect(requireAbort([foreign])).toEqual([foreign, ours]);
});

test.each<[string, Partial<LifecycleRule>]>([
  ['without a filter', {}],
  ['with an empty one', { Filter: {} }],
  ['for every prefix', { Filter: { Prefix: '' } }],
  ['written the older way', { Prefix: '' }],
])('accepts the owner’s own rule for the whole bucket: %s', (_, form) => {
  const rules = [foreign, { ID: 'tidy', Status: 'Enabled' as const, ...abort, ...form }];
  expect(requireAbort(rules)).toBe(rules);
});

test.each<[string, Partial<LifecycleRule>]>([
  ['is off', { Status: 'Disabled' }],
  ['is for a prefix', { Filter: { Prefix: 'tmp/' } }],
  ['is for a prefix, the older way', { Prefix: 'tmp/' }],
  ['is for a tag', { Filter: { Tag: { Key: 'a', Value: 'b' } } }],
  ['is for several things', { Filter: { And: { Prefix: 'tmp/' } } }],
  ['is for sizes', { Filter: { ObjectSizeGreaterThan: 1 } }],
])('a rule that %s is not enough', (_, form) => {
  const rule = { ID: 'tidy', Status: 'Enabled' as const, ...abort, ...form };
  const [kept, added, ...more] = requireAbort([rule]);
  expect([kept, added?.ID, more]).toEqual([rule, ABORT_RULE, []]);
});

test('replaces a disabled rule of the same name', () => {
  expect(requireAbort([{ ...ours, Status: 'Disabled' }, foreign])).toEqual([foreign, ours]);
});

test('uses the older form among older rules, because S3 refuses a mixture', () => {
  const older: LifecycleRule = {
    ID: 'old',
    Status: 'Enabled',
    Prefix: 'x/',
    Expiration: { Days: 1 },
  };
  const [, added] = requireAbort([older]);
  expect(added).toMatchObject({ ID: ABORT_RULE, Prefix: '' });
  expect(added).not.toHaveProperty('Filter');
});
