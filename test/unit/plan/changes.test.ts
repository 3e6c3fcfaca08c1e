import { describe, expect, test } from 'vitest';
import { planChanges } from '../../../src/plan/plan.ts';
import { noChange } from '../manifest/samples.ts';
import { actual, changeOf, desired, inStep, pointer, secret, state } from './states.ts';

describe('the action', () => {
  test('is create for a parameter that is not in AWS', () => {
    expect(changeOf(desired('/a/x'), undefined)).toMatchObject({
      action: 'create',
      name: '/a/x',
      differences: [],
    });
  });

  test('is unchanged if AWS has what is desired', () => {
    expect(changeOf(desired('/a/x'), actual('/a/x'))).toMatchObject({
      action: 'unchanged',
      differences: [],
    });
  });

  test('is update for a difference', () => {
    expect(changeOf(desired('/a/x', { value: 'w' }), actual('/a/x')).action).toBe('update');
  });

  test('ignores fields that SSM does not list yet', () => {
    const there = actual('/a/x', { isUnlisted: true });
    const wanted = desired('/a/x', { tier: 'Standard', description: 'd', allowedPattern: '.' });
    expect(changeOf(wanted, there).action).toBe('unchanged');
    const changed = changeOf({ ...wanted, value: 'w' }, there);
    expect(changed.action).toBe('update');
    expect(changed.differences.map(({ field }) => field)).toEqual(['value']);
  });

  test('is delete for what is in no manifest, with prune', () => {
    const options = { prune: true, pruneTags: false };
    const there = state([actual('/a/old'), actual('/a/others')]);
    const changes = planChanges([], there, new Set(['/a/others']), options);
    expect(changes.map(({ action, name }) => [action, name])).toEqual([['delete', '/a/old']]);
  });

  test('is extra for what is in no manifest, without prune', () => {
    const changes = planChanges([desired('/a/x')], state([actual('/a/x'), actual('/a/old')]));
    expect(changes.map(({ action, name }) => [action, name])).toEqual([
      ['extra', '/a/old'],
      ['unchanged', '/a/x'],
    ]);
  });

  test('is nothing for what another manifest of the call contains', () => {
    const there = state([actual('/a/theirs'), actual('/a/old')]);
    const changes = planChanges([], there, new Set(['/a/theirs']));
    expect(changes.map(({ name }) => name)).toEqual(['/a/old']);
  });
});

const NO_CHANGE = `{"Type":"NoChangeNotification","Version":"1.0","Attributes":{"After":"1","Unit":"Days"}}\n`;

describe('finds a difference in', () => {
  const cases = [
    ['type', { type: 'StringList' as const }, {}, 'String', 'StringList'],
    ['value', { value: 'new' }, {}, 'v', 'new'],
    ['description', { description: 'new' }, { description: 'old' }, 'old', 'new'],
    ['description', { description: '' }, { description: 'old' }, 'old', ''],
    ['allowed pattern', { allowedPattern: '^v$' }, {}, '', '^v$'],
    ['allowed pattern', {}, { allowedPattern: '^v$' }, '^v$', ''],
    ['data type', { dataType: 'aws:ec2:image' }, {}, 'text', 'aws:ec2:image'],
    ['data type', {}, { dataType: 'aws:ec2:image' }, 'aws:ec2:image', 'text'],
    ['policies', { policies: [noChange('1')] }, {}, '', NO_CHANGE],
    ['policies', {}, { policies: [noChange('1')] }, NO_CHANGE, ''],
    ['tier', { tier: 'Advanced' as const }, {}, 'Standard', 'Advanced'],
    ['key', { keyId: 'alias/new' }, { keyId: 'alias/old' }, 'alias/old', 'alias/new'],
    ['tags', { tags: { owner: 'me' } }, {}, '', 'owner=me'],
  ] as const;
  test.each(cases)('its %s: %o', (field, wanted, there, before, after) => {
    const tags = new Map([['/a/x', {}]]);
    const { action, differences } = changeOf(desired('/a/x', wanted), actual('/a/x', there), {
      tags,
    });
    expect(action).toBe('update');
    expect(differences).toEqual([{ field, before, after, isSecret: false }]);
  });

  test.each([
    { fault: 'missing' },
    { fault: 'damaged: its checksum differs', etag: '"e"' },
    { fault: 'under another KMS key: unknown', etag: '"e"' },
  ])('its object, if it is $fault', (found) => {
    const wanted = pointer('/a/x');
    const there = actual('/a/x', { value: wanted.value });
    const change = changeOf(wanted, there, { objects: new Map([['/a/x', found]]) });
    expect(change).toMatchObject({ action: 'update', object: found });
    expect(change.differences).toEqual([
      { field: 'object', before: found.fault, after: 'present', isSecret: false },
    ]);
  });

  test('several fields at once', () => {
    const { differences } = changeOf(
      desired('/a/x', { type: 'StringList', value: 'a,b', description: 'd' }),
      actual('/a/x'),
    );
    expect(differences.map(({ field }) => field)).toEqual(['type', 'value', 'description']);
  });
});

describe('hides a value', () => {
  test('if the manifest says that it is a secret', () => {
    const { differences } = changeOf(secret('/a/x', 'new'), actual('/a/x', { value: 'old' }));
    expect(differences.filter(({ isSecret }) => isSecret).map(({ field }) => field)).toEqual([
      'value',
    ]);
  });

  test('if SSM holds it as a secret, even if the manifest no longer does', () => {
    const there = actual('/a/x', { type: 'SecureString', value: 'old', keyId: 'alias/k' });
    const { differences } = changeOf(desired('/a/x', { value: 'new' }), there);
    expect(differences.find(({ field }) => field === 'value')?.isSecret).toBe(true);
  });

  test('if a pointer replaces it, for any type', () => {
    const objects = new Map([['/a/x', { fault: 'missing' }]]);
    const { differences } = changeOf(pointer('/a/x'), actual('/a/x', { value: 'a secret' }), {
      objects,
    });
    expect(differences.find(({ field }) => field === 'value')?.isSecret).toBe(true);
  });

  test('unless one pointer replaces another', () => {
    const before = pointer('/a/x', 'cd'.repeat(32)).value;
    const { differences } = changeOf(pointer('/a/x'), actual('/a/x', { value: before }));
    expect(differences).toMatchObject([{ field: 'value', before, isSecret: false }]);
  });
});

test('sorts changes by name', () => {
  const names = ['/a/b', '/a/B', '/a/b/c', '/a/b-c', '/a/10', '/a/9', '/a/zz'];
  const sorted = names.toSorted((a, b) => (a < b ? -1 : 1));
  for (const order of [names, names.toReversed()]) {
    const changes = planChanges(
      order.map((name) => desired(name)),
      state([actual('/a/extra')]),
    );
    expect(changes.map(({ name }) => name)).toEqual(
      [...sorted, '/a/extra'].toSorted((a, b) => (a < b ? -1 : 1)),
    );
  }
});

test('does not change a pointer whose object exists', () => {
  const wanted = pointer('/a/x');
  expect(planChanges([wanted], inStep([wanted]))[0]?.action).toBe('unchanged');
});
