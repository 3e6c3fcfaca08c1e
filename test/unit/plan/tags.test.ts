import { expect, test } from 'vitest';
import type { Tags } from '../../../src/manifest/model.ts';
import { actual, changeOf, desired } from './states.ts';

function plan(wanted: Tags, there: Tags, pruneTags = false) {
  const tags = new Map([['/a/x', there]]);
  return changeOf(
    desired('/a/x', { tags: wanted }),
    actual('/a/x'),
    { tags },
    { prune: false, pruneTags },
  );
}

test('that match are no difference', () => {
  expect(plan({ a: '1', b: '2' }, { b: '2', a: '1' }).action).toBe('unchanged');
});

test('that were not looked up count as matching', () => {
  const change = changeOf(desired('/a/x', { tags: { a: '1' } }), actual('/a/x'));
  expect(change.action).toBe('unchanged');
});

test('only those that differ are shown, sorted', () => {
  expect(plan({ z: 'new', a: '1', same: '=' }, { z: 'old', same: '=' }).differences).toEqual([
    { field: 'tags', before: 'z=old', after: 'a=1, z=new', isSecret: false },
  ]);
});

test('foreign tags stay', () => {
  const change = plan({ a: '1' }, { a: '1', foreign: 'x' });
  expect(change).toMatchObject({ action: 'unchanged', foreignTags: [] });
});

test('foreign tags are removed with pruneTags', () => {
  const change = plan({ a: '1' }, { a: '1', foreign: 'x' }, true);
  expect(change).toMatchObject({ action: 'update', foreignTags: ['foreign'] });
  expect(change.differences).toEqual([
    { field: 'tags', before: 'foreign=x', after: '', isSecret: false },
  ]);
});

test.each(['aws:cloudformation:stack-name', 'AWS:created-by'])('%s is never removed', (key) => {
  expect(plan({}, { [key]: 'x' }, true)).toMatchObject({ action: 'unchanged', foreignTags: [] });
});

test('a tag can be named like a property of every object', () => {
  expect(plan({}, { constructor: 'x' }, true).foreignTags).toEqual(['constructor']);
  expect(plan({ constructor: 'x' }, {}).differences).toEqual([
    { field: 'tags', before: '', after: 'constructor=x', isSecret: false },
  ]);
});

test('a tag can be empty', () => {
  expect(plan({ a: '' }, {}).differences).toMatchObject([{ before: '', after: 'a=' }]);
  expect(plan({ a: '' }, { a: '' }).action).toBe('unchanged');
});
