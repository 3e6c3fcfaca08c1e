import { expect, test } from 'vitest';
import { shortNames } from '../../../src/page/names.ts';

test.each([
  [
    ['dev.yml', 'prod.yaml'],
    ['dev', 'prod'],
  ],
  [
    ['a/app.yml', 'b/app.yml', 'c/web.yml'],
    ['a/app', 'b/app', 'web'],
  ],
  [
    ['prod.yml', 'prod.yaml', 'dev.yml'],
    ['prod.yml', 'prod.yaml', 'dev'],
  ],
  [
    ['-', 'standard input.yml'],
    ['-', 'standard input.yml'],
  ],
])('%j are called %j: no two alike', (files, names) => {
  expect(shortNames(files)).toEqual(names);
});
