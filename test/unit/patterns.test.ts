import { describe, expect, test } from 'vitest';
import { findOverlap } from '../support/patterns/backtracking.ts';
import { patternsIn, patternsOf } from '../support/patterns/source-patterns.ts';

const SOURCE = patternsOf('src');

test('no regular expression of src takes exponential time', () => {
  const faults = SOURCE.flatMap(({ file, source, flags }) => {
    const overlap = findOverlap({ source, flags });
    return overlap === undefined ? [] : [`${file}: /${source}/${flags}: ${overlap}`];
  });
  expect(faults).toEqual([]);
  expect(SOURCE.length).toBeGreaterThan(400);
});

describe('finds the overlap in', () => {
  test.each([
    /^(a+)+$/,
    /^(a|a)*$/,
    /^(?:a|ab|b)*$/,
    /^(?:a?b?)*(?:a*)*$/,
    /^(?:\s|\uFEFF)*x/,
    /^(?:\s|#.*|---)*\{/,
    /^(?:<!--.*?-->)*x/s,
    /^(?:\/\*[^]*?\*\/)*$/,
    /^(?:-?\d+,?)*$/,
    /^(?:\((?:\?:)?|:|\?)*$/,
    /^(?:k|\u212A)*$/iu,
    /^(?:a|aa){0,61}b/,
    /a(?=(?:b|b)*c)/,
    /^([ab])(?:\1|a)*$/,
  ])('%s', (pattern) => expect(findOverlap(pattern)).toBeDefined());
});

describe('finds none in', () => {
  test.each([
    /^(?:a|b)*$/,
    /^(?:a+b)*$/,
    /"(?:[^"\\\n]|\\.)*"/,
    /^\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\/$/,
    /^(?:\s|#[^\n]*\n)*\{/,
    /^(?:[a-z]+(?:-[a-z]+)*\/)*$/,
    /^(?:[0-9a-f]{8}){3,}$/,
    /^[a-z]{20,2048}[a-z]$/,
    /^(?:a(?:b*)?)*$/,
  ])('%s', (pattern) => expect(findOverlap(pattern)).toBeUndefined());
});

test('finds literals, and the text that constants make', () => {
  const module = String.raw`
    const ONE = /a+/i; const TWO = String.raw${'`\\s${ONE.source}`'};
    const three = (name: string) => new RegExp(${'`^${TWO}${name}`'} + '\\d', 's');
    export const four = [RegExp('b'), three];
  `;
  expect(patternsIn(module)).toEqual([
    { source: 'a+', flags: 'i' },
    { source: '^\\sa+x\\d', flags: 's' },
    { source: 'b', flags: '' },
  ]);
});
