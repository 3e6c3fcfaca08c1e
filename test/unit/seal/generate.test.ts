import { assert, constantFrom, integer, property, subarray } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { generateValue } from '../../../src/seal/generate.ts';
import { failureOf } from '../../support/failure.ts';

const CHARSETS = {
  alnum: /^[A-Za-z0-9]*$/,
  ascii: /^[!-~]*$/,
  hex: /^[0-9a-f]*$/,
  base64url: /^[A-Za-z0-9_-]*$/,
};

const CLASSES: Readonly<Record<string, RegExp>> = {
  lower: /[a-z]/,
  upper: /[A-Z]/,
  digit: /[0-9]/,
  symbol: /[^A-Za-z0-9]/,
};

test('uses the requested length and charset', () => {
  assert(
    property(
      constantFrom('alnum', 'ascii', 'hex', 'base64url'),
      integer({ min: 1, max: 200 }),
      (charset, length) => {
        const value = generateValue({ length, charset, require: [] });
        expect(value).toHaveLength(length);
        expect(value).toMatch(CHARSETS[charset]);
      },
    ),
  );
});

test('contains a character of every required class', () => {
  assert(
    property(subarray(Object.keys(CLASSES), { minLength: 1 }), (require) => {
      const value = generateValue({ length: require.length, charset: 'ascii', require });
      for (const name of require) expect(value).toMatch(CLASSES[name] ?? /$^/);
    }),
  );
});

test('contains every required class, ten thousand times in a row', () => {
  const require = Object.keys(CLASSES);
  for (let i = 0; i < 10_000; i += 1) {
    const value = generateValue({ length: 8, charset: 'ascii', require });
    const lacking = require.filter((name) => !CLASSES[name]?.test(value));
    expect(lacking).toEqual([]);
  }
});

describe('picks every character equally often', () => {
  test.each([
    ['alnum', 62],
    ['ascii', 94],
    ['hex', 16],
    ['base64url', 64],
    ['custom:abcdefghijk', 11],
    ['custom:aab', 2],
    ['custom:a🔑é', 3],
  ])('%s', (charset, size) => {
    const length = 200_000;
    const counts = new Map<string, number>();
    for (const c of generateValue({ length, charset, require: [] })) {
      counts.set(c, (counts.get(c) ?? 0) + 1);
    }
    expect(counts.size).toBe(size);
    const expected = length / size;
    const chiSquare = [...counts.values()].reduce(
      (sum, n) => sum + (n - expected) ** 2 / expected,
      0,
    );
    // Eight standard deviations above the mean: fair draws exceed this less than once in 10^8 runs.
    const freedom = size - 1;
    expect(chiSquare).toBeLessThan(freedom + 8 * Math.sqrt(2 * freedom) + 24);
  });

  test('at every position, with or without required classes', () => {
    const draws = 60_000;
    let first = 0;
    for (let i = 0; i < draws; i += 1) {
      const value = generateValue({ length: 2, charset: 'custom:a1', require: ['lower', 'digit'] });
      if (value === 'a1') first += 1;
      else if (value !== '1a') expect.fail(`made ${value}`);
    }
    expect(Math.abs(first - draws / 2)).toBeLessThan(8 * Math.sqrt(draws / 4));
  });
});

test('never generates the same value twice', () => {
  const values = Array.from({ length: 1000 }, () =>
    generateValue({ length: 32, charset: 'alnum', require: [] }),
  );
  expect(new Set(values).size).toBe(1000);
});

test('keeps characters outside the BMP whole', () => {
  const value = generateValue({ length: 50, charset: 'custom:🔑🔒', require: [] });
  expect(Array.from(value)).toHaveLength(50);
  expect(value).toMatch(/^(?:🔑|🔒)+$/u);
});

describe('refuses what it cannot generate:', () => {
  test.each([
    ['an empty charset', { length: 8, charset: 'custom:', require: [] }],
    ['an unknown charset', { length: 8, charset: 'klingon', require: [] }],
    ['a class that the charset lacks', { length: 8, charset: 'hex', require: ['upper'] }],
    ['no characters', { length: 0, charset: 'alnum', require: [] }],
    ['no number of characters', { length: Number.NaN, charset: 'alnum', require: [] }],
    [
      'a class that custom characters lack',
      { length: 8, charset: 'custom:abc', require: ['digit'] },
    ],
    ['more classes than characters', { length: 1, charset: 'alnum', require: ['upper', 'digit'] }],
  ])('%s', async (_, generate) => {
    expect((await failureOf(() => generateValue(generate))).code).toBe('source');
  });
});
