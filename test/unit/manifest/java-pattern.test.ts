import { describe, expect, test } from 'vitest';
import { findPatternFault, matchPattern } from '../../../src/manifest/java-pattern.ts';

describe('rejects a pattern that Java cannot compile:', () => {
  test.each([
    ['(', 'has a ( without its )'],
    ['a)', 'has a ) without its ('],
    ['(?<>a)', 'has a (? that does not begin a group'],
    ['[a', 'has a [ without its ]'],
    ['[]', 'has a [ without its ]'],
    ['[a[b]', 'has a [ without its ]'],
    ['*a', 'has a * with nothing before it'],
    ['a|+', 'has a + with nothing before it'],
    ['(?', 'has a (? that does not begin a group'],
    ['{a}', 'has a { that does not begin a count: write it as \\{'],
    ['a{,3}', 'has a { that does not begin a count: write it as \\{'],
    ['a\\', 'ends with a backslash'],
  ])('%s', (pattern, fault) => {
    expect(findPatternFault(pattern)).toBe(fault);
  });
});

describe('finds no fault in', () => {
  test.each([
    '^[0-9]+$',
    '(?i)a(?:b|c)*+(?<name>d)\\k<name>(?>e)(?<!f)',
    '\\Q(*[\\E',
    '\\Q(',
    '[]a]',
    '[^]a]',
    '[a-z&&[^b]]',
    '\\p{Alpha}\\x{41}\\b{g}',
    'a{2}b{2,}c{2,3}?d}',
    '\\(\\[\\{',
  ])('%s', (pattern) => {
    expect(findPatternFault(pattern)).toBeUndefined();
  });
});

test.each([
  ['^[0-9]+$', '17', 'whole'],
  ['^[0-9]+$', '17\n', 'whole'],
  ['[0-9]+', '17', 'whole'],
  ['[0-9]', 'v17', 'part'],
  ['a|b', 'bc', 'part'],
  ['^[0-9]+$', 'v17', 'no'],
  ['(?i)a', 'A', 'unknown'],
  ['a++', 'b', 'unknown'],
  ['\\s', '\u00A0', 'unknown'],
  ['[a&&b]', 'c', 'unknown'],
  ['[0-9]', 'ü', 'unknown'],
  [`${'(?:'.repeat(40)}a${')'.repeat(40)}`, 'a', 'whole'],
  [`${'(?:)'.repeat(40)}\\z`, 'a', 'unknown'],
] as const)('%j matches %j as in Java: %s', (pattern, value, expected) => {
  expect(matchPattern(pattern, value)).toBe(expected);
});

test('gives up on a pattern that takes forever', () => {
  expect(matchPattern('^(a+)+$', `${'a'.repeat(60)}!`)).toBe('unknown');
});
