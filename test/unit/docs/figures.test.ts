import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const README = readFileSync('README.md', 'utf8').replaceAll(/\s+/g, ' ');
const RESULTS = readFileSync('bench/RESULTS.md', 'utf8');

test('README compares coffer with sops as the benchmark does', () => {
  const [, said] =
    /to decrypt a small file, coffer takes about (\d+) times as long as sops/.exec(README) ?? [];
  const [, measured] =
    /^\| `decrypt` of 30, warm \|.*; sops [\d.]+ m?s, ([\d.]+) ×/m.exec(RESULTS) ?? [];
  expect(
    Math.abs(Number(said) - Number(measured)),
    `said ${said}, measured ${measured}`,
  ).toBeLessThan(1);
});

test('README names no other time, which nothing would hold', () => {
  expect(README.match(/\b\d+(?:\.\d+)? ?(?:m?s|seconds?|minutes?)\b/g) ?? []).toEqual([]);
});
