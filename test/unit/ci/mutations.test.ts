import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { MUTATIONS } from '../../mutations/list.js';

test('every mutation finds its text exactly once in the source', () => {
  const outdated = MUTATIONS.filter(
    ({ file, find }) => readFileSync(file, 'utf8').split(find).length !== 2,
  );
  expect(outdated.map(({ fault }) => fault)).toEqual([]);
});
