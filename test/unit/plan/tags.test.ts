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

test('that are there as they are wanted are no difference', () => {
  expect(plan({ a: '1', b: '2' }, { b: '2', a: '1' }).action).toBe('unchanged');
});

test('that nobody had to look up are there', () => {
  const change = changeOf(desired('/a/x', { tags: { a: '1' } }), actual('/a/x'));
  expect(change.action).toBe('unchanged');
});

test('only those that differ are told, sorted', () => {
  expect(plan({ z: 'new', a: '1', same: '=' }, { z: 'old', same: '=' }).differences).toEqual([
    { field: 'tags', before: 'z=old', after: 'a=1, z=new', isSecret: false },
  ]);
});

test('foreign ones are left alone', () => {
  const change = plan({ a: '1' }, { a: '1', foreign: 'x' });
  expect(change).toMatchObject({ action: 'unchanged', foreignTags: [] });
});

test('foreign ones go when that is asked for', () => {
  const change = plan({ a: '1' }, { a: '1', foreign: 'x' }, true);
  expect(change).toMatchObject({ action: 'update', foreignTags: ['foreign'] });
  expect(change.differences).toEqual([
    { field: 'tags', before: 'foreign=x', after: '', isSecret: false },
  ]);
});

test.each(['aws:cloudformation:stack-name', 'AWS:created-by'])('%s never goes', (key) => {
  expect(plan({}, { [key]: 'x' }, true)).toMatchObject({ action: 'unchanged', foreignTags: [] });
});

test('a tag may be called like something that every object has', () => {
  expect(plan({}, { constructor: 'x' }, true).foreignTags).toEqual(['constructor']);
  expect(plan({ constructor: 'x' }, {}).differences).toEqual([
    { field: 'tags', before: '', after: 'constructor=x', isSecret: false },
  ]);
});

test('a tag may be empty', () => {
  expect(plan({ a: '' }, {}).differences).toMatchObject([{ before: '', after: 'a=' }]);
  expect(plan({ a: '' }, { a: '' }).action).toBe('unchanged');
});
