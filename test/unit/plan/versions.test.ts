import { describe, expect, test } from 'vitest';
import type { ParameterVersion } from '../../../src/stores/parameter.ts';
import { formatPolicies } from '../../../src/manifest/policies.ts';
import { receiveFields } from '../../../src/manifest/ssm-fields.ts';
import { noChange } from '../manifest/samples.ts';
import { compareVersions, parseSelector } from '../../../src/plan/versions.ts';

describe('a selector', () => {
  test.each([
    ['/app/token@3', { name: '/app/token', version: '3' }],
    ['token@stable', { name: 'token', version: 'stable' }],
    ['/app/a.b-c_d@v1.2', { name: '/app/a.b-c_d', version: 'v1.2' }],
  ])('is %s', (text, selector) => expect(parseSelector(text)).toEqual(selector));

  test.each(['/app/token', 'app.yml', '@3', 'token@', 'a@b@c', 'dir@2/app.yml', ''])(
    'is not %j',
    (text) => expect(parseSelector(text)).toBeUndefined(),
  );
});

const VERSION: ParameterVersion = {
  name: '/app/a',
  type: 'String',
  value: 'one',
  ...receiveFields({}),
  version: 1,
  labels: [],
};

describe('two versions', () => {
  test('that differ only in number, date, writer and labels are the same', () => {
    const other = { version: 2, labels: ['x'], user: 'somebody', modified: new Date(0) };
    expect(compareVersions(VERSION, { ...VERSION, ...other })).toEqual([]);
  });

  test.each([
    ['type', { type: 'StringList' }, 'String', 'StringList'],
    ['value', { value: 'two' }, 'one', 'two'],
    ['key', { keyId: 'alias/a' }, '', 'alias/a'],
    ['tier', { tier: 'Advanced' as const }, 'Standard', 'Advanced'],
    ['description', { description: 'new' }, '', 'new'],
    ['allowed pattern', { allowedPattern: 'o.*' }, '', 'o.*'],
    ['data type', { dataType: 'aws:ec2:image' }, 'text', 'aws:ec2:image'],
    ['policies', { policies: [noChange('1')] }, '', formatPolicies([noChange('1')])],
  ])('differ in their %s, in either direction', (field, change, before, after) => {
    const changed = { ...VERSION, ...change };
    const isSecret = false;
    expect(compareVersions(VERSION, changed)).toEqual([{ field, before, after, isSecret }]);
    expect(compareVersions(changed, VERSION)).toEqual([
      { field, before: after, after: before, isSecret },
    ]);
  });

  test.each([
    ['first', 'SecureString', 'String'],
    ['second', 'String', 'SecureString'],
  ])('have secret values if the %s is a secret', (_, from, to) => {
    const differences = compareVersions(
      { ...VERSION, type: from },
      { ...VERSION, type: to, value: 'two', description: 'new' },
    );
    const secret = differences.filter(({ isSecret }) => isSecret).map(({ field }) => field);
    expect(secret).toEqual(['value']);
  });
});
