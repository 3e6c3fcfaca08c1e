import { expect, test } from 'vitest';
import type { ObjectState } from '../../../src/stores/s3/expected.ts';
import { actual, changeOf, pointer, secret } from './states.ts';

const closed = secret('/a', '', { closed: 'value' });
const there = actual('/a', { type: 'SecureString', value: undefined, keyId: 'alias/k' });

const PRESENT = { etag: '"e"' };
const objects = (state: ObjectState) => ({ objects: new Map([['/a', state]]) });

test('never writes a closed value, whether or not AWS has one', () => {
  expect(changeOf(closed, undefined)).toMatchObject({ action: 'closed', differences: [] });
  expect(changeOf(closed, there)).toMatchObject({ action: 'closed', differences: [] });
});

test('compares everything except the value of a closed parameter', () => {
  const other = {
    ...there,
    type: 'String',
    value: 'in the open',
    keyId: 'alias/other',
    description: 'x',
    tier: 'Advanced' as const,
  };
  const { action, differences } = changeOf({ ...closed, tier: 'Standard', description: '' }, other);
  expect(action).toBe('closed');
  expect(differences.map(({ field }) => field)).toEqual(['type', 'key', 'description', 'tier']);
});

test('replaces an unread secret by a pointer, and shows nothing of the secret', () => {
  const { action, differences } = changeOf(pointer('/a'), there, objects({ fault: 'missing' }));
  expect(action).toBe('update');
  expect(differences.map(({ field }) => field)).toEqual(['type', 'object']);
});

test('a closed data key matters only if its object does not exist yet', () => {
  const wanted = { ...pointer('/a'), closed: 'data key' as const };
  expect(changeOf(wanted, undefined, objects({ fault: 'missing' })).action).toBe('closed');
  expect(changeOf(wanted, undefined, objects(PRESENT)).action).toBe('create');
  const old = actual('/a', { value: wanted.value });
  expect(changeOf(wanted, old, objects({ ...PRESENT, fault: 'damaged' })).action).toBe('closed');
  expect(changeOf(wanted, old, objects(PRESENT)).action).toBe('unchanged');
});
