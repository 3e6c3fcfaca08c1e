import { expect, test } from 'vitest';
import { patternsFor } from '../../../src/repo/drivers/patterns.ts';

function many(make: (number: number) => string): string[] {
  return Array.from({ length: 200 }, (_, number) => make(number));
}

test('a few manifests get a line each', () => {
  expect(patternsFor(['a.yml', 'b/c d.yml'], ['other.yml'])).toEqual(['/a.yml', '/b/c d.yml']);
});

test.each([
  ['in one folder', many((n) => `secrets/s${n}.yml`), ['ci.yml'], ['/secrets/**/*.yml']],
  ['everywhere, without other YAML', many((n) => `apps/${n}/s${n}.yml`), [], ['*.yml']],
  [
    'of one name, beside other YAML',
    many((n) => `apps/${n}/secrets.yml`),
    many((n) => `apps/${n}/deploy.yml`),
    ['secrets.yml'],
  ],
  [
    'beside other YAML in the same folder',
    many((n) => `s${n}.yaml`),
    ['compose.yaml'],
    ['/*.yaml'],
  ],
  [
    'in folders, beside other YAML',
    [...many((n) => `a [1]/s${n}.yml`), 'b/one.yml', 'c/x.yml', 'c/y.yml', 'c/d/z.yaml'],
    ['ci.yml', 'b/other.yml', 'c/e/other.yml'],
    ['/a \\[1]/**/*.yml', '/b/one.yml', '/c/*.yml', '/c/d/z.yaml'],
  ],
])('many get patterns: %s', (_, manifests, others, expected) => {
  expect(patternsFor(manifests, others)).toEqual(expected);
});
