import { describe, expect, test } from 'vitest';
import { CofferError, type Problem } from '../../../src/errors.ts';
import { HEAD, parse, withParameter } from './samples.ts';

/** The CPU time of `work` in milliseconds; other processes do not count. */
function costOf(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

/** The summary of the problems, and the CPU time to find them. */
function fail(text: string): { message: string; cost: number } {
  let message = '';
  const cost = costOf(() => {
    try {
      parse(text);
    } catch (error) {
      message = error instanceof Error ? error.message : '';
    }
  });
  return { message, cost };
}

function problemsOf(text: string): readonly Problem[] {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof CofferError) return error.problems;
    throw error;
  }
  return [];
}

const NESTED = 'lists or maps nested too deeply';
const DEEP = 100_000;

function bomb(levels: number): string {
  const lines = Array.from({ length: levels }, (_, level) => {
    const below = level === 0 ? 'x' : `*a${level - 1}`;
    return `  t${level}: &a${level} [${Array.from({ length: 10 }, () => below).join(', ')}]`;
  });
  return `${lines.join('\n')}\n`;
}

describe('a hostile manifest gives one clear problem quickly', () => {
  test.each([
    ['open lists', `path: ${'['.repeat(DEEP)}`, NESTED],
    ['lists', `path: ${'['.repeat(DEEP)}${']'.repeat(DEEP)}`, NESTED],
    ['open maps', `path: ${'{a: '.repeat(DEEP)}`, NESTED],
    ['dashes', `path:\n  ${'- '.repeat(DEEP)}x`, NESTED],
    [
      'indentation',
      Array.from({ length: 2_000 }, (_, n) => `${' '.repeat(n)}a:`).join('\n'),
      NESTED,
    ],
    ['questions', `path: /a/\n${'? '.repeat(DEEP)}x`, /problems in m\.yml|nested too deeply/],
    ['an alias bomb', `${HEAD}tags:\n${bomb(10)}`, 'the aliases up to here expand to too much'],
    [
      'a merge bomb',
      `${HEAD}tags:\n${bomb(9)}  <<: [*a8, *a8]\n`,
      'the aliases up to here expand to too much',
    ],
  ])('%s', (_, text, expected) => {
    const { message, cost } = fail(text);
    expect(message).toMatch(expected);
    expect(cost).toBeLessThan(3_000);
  });

  test.each([
    ['unknown keys', (n: number) => `k${n}: 1\n`],
    ['misspelt keys', (n: number) => `parametfrs${n}: 1\n`],
    ['keys of parameters', (n: number) => `${n === 0 ? 'parameters:\n' : ''}  - k${n}: 1\n`],
  ])('of many %s, the first hundred are reported', (_, lineOf) => {
    const lines = Array.from({ length: 500 }, (__, n) => lineOf(n)).join('');
    const problems = problemsOf(`path: /a/\n${lines}`);
    expect(problems.length).toBeLessThanOrEqual(101);
    expect(problems.at(-1)?.message).toBe('there are more problems, which are not shown');
  });

  test('a hundred problems are all reported', () => {
    const lines = Array.from({ length: 99 }, (_, n) => `k${n}: 1\n`).join('');
    const problems = problemsOf(`${HEAD}parameters: []\n${lines}`);
    expect(problems).toHaveLength(100);
    expect(problems.at(-1)?.message).toBe('unknown key');
  });
});

test('resolves a reasonable number of aliases', () => {
  const tags = `  first: &t {${Array.from({ length: 20 }, (_, n) => `k${n}: v`).join(', ')}}\n`;
  const text = `${HEAD}parameters:\n  - {name: p, type: String, value: x, tags: &t {${tags.slice(14, -2)}}}\n`;
  const more = Array.from(
    { length: 500 },
    (_, n) => `  - {name: p${n}, type: String, value: x, tags: *t}\n`,
  );
  const { parameters } = parse(text + more.join(''));
  expect(parameters[500]?.tags['k19']).toBe('v');
});

const parameter = (n: number) =>
  `  - name: p${n}\n    description: Some words\n    type: SecureString\n    value: secret-${n}\n`;

test('reads a thousand parameters', () => {
  const text = `${HEAD}parameters:\n${Array.from({ length: 1000 }, (_, n) => parameter(n)).join('')}`;
  parse(text);
  const cost = costOf(() => expect(parse(text).parameters).toHaveLength(1000));
  // Far more than it needs, for slow machines; a quadratic algorithm would exceed it.
  expect(cost).toBeLessThan(2_000);
});

test('accepts a manifest at all limits', () => {
  const description = 'd'.repeat(1024);
  const name = 'n'.repeat(967 - '/a/'.length);
  const text = withParameter(`type: String\nvalue: x\ndescription: ${description}`).replace(
    'name: p',
    `name: ${name}`,
  );
  expect(parse(text).parameters[0]?.fullName).toHaveLength(967);
});
