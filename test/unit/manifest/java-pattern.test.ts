import { describe, expect, test } from 'vitest';
import { findPatternFault, matchPattern, PatternTime } from '../../../src/manifest/java-pattern.ts';

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

/** How many of so many patterns run, if each takes 101 ms, and others take `pause` before it. */
function countRun(patterns: number, pause = 0): number {
  let clock = 0;
  let run = 0;
  const time = new PatternTime(1_000, () => clock);
  for (let index = 0; index < patterns; index += 1) {
    clock += pause;
    const work = () => {
      clock += 101;
      run += 1;
    };
    if (pause === 0 && run === 10) expect(() => time.spend(work)).toThrow('no time is left');
    else time.spend(work);
  }
  return run;
}

describe('all patterns together', () => {
  test('have one limit of time', () => expect(countRun(60)).toBe(10));

  test('get more time in a process that lives on', () => {
    expect(countRun(60, 10_000)).toBe(60);
  });

  test('are unknown without time', () => {
    expect(matchPattern('a', 'a', new PatternTime(0))).toBe('unknown');
  });
});
