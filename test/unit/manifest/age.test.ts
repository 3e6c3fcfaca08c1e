import { describe, expect, test } from 'vitest';
import { ageOf, dayOf, maxAgeOf } from '../../../src/manifest/age.ts';
import { editManifest } from '../../../src/manifest/index.ts';
import type { Age } from '../../../src/manifest/age.ts';
import { problemsOf } from './problem-cases.ts';
import { HEAD, parse, withParameter } from './samples.ts';

const secret = (lines: string) => withParameter(`type: SecureString\nvalue: v\n${lines}`);

/** The age of the only parameter. */
function age(lines: string, today: string, top = ''): Age | undefined {
  const manifest = parse(secret(lines).replace('parameters:', `${top}parameters:`));
  const [parameter] = manifest.parameters;
  if (!parameter) throw new Error('no parameter');
  return ageOf(manifest, parameter, today);
}

/** The first problem of the only parameter. */
const message = (lines: string) =>
  problemsOf(secret(lines))[0]?.replace(/^\S+ parameter "p": /, '');

const edit = (text: string, changed: string | null) =>
  editManifest(parse(text), { parameters: new Map([['p', { changed }]]) });

describe('a secret is due after its max_age:', () => {
  test.each([
    ['90d', '2026-01-01', '2026-04-01'],
    ['12w', '2026-01-01', '2026-03-26'],
    ['1y', '2026-01-01', '2027-01-01'],
    ['1y', '2024-01-01', '2024-12-31'],
    ['1d', '2024-02-28', '2024-02-29'],
    ['99y', '2026-01-01', '2124-12-08'],
    ['9999d', '2026-01-01', '2053-05-18'],
  ])('%s from %s is %s', (maxAge, changed, due) => {
    expect(age(`max_age: ${maxAge}\nchanged: ${changed}`, changed)).toMatchObject({ due, days: 0 });
  });

  test.each([
    ['2026-03-17', 75, 15, 'ok'],
    ['2026-03-18', 76, 14, 'soon'],
    ['2026-04-01', 90, 0, 'soon'],
    ['2026-04-02', 91, -1, 'overdue'],
  ])('on %s it is %i days old', (today, days, left, state) => {
    expect(age('max_age: 90d\nchanged: 2026-01-01', today)).toEqual({
      maxAge: '90d',
      changed: '2026-01-01',
      due: '2026-04-01',
      overdue: state === 'overdue',
      days,
      left,
      state,
    });
  });

  test('in calendar days of UTC, wherever the clock changes', () => {
    const today = dayOf(new Date('2026-03-30T00:30:00+02:00'));
    expect(today).toBe('2026-03-29');
    expect(age('max_age: 1d\nchanged: 2026-03-28', today)).toMatchObject({ days: 1, left: 0 });
  });
});

test.each([
  ['is missing', ''],
  ['is in the future', '\nchanged: 2026-01-02'],
])('the age is unknown where the day of the last change %s', (_, changed) => {
  expect(age(`max_age: 90d${changed}`, '2026-01-01')).toMatchObject({
    state: 'unknown',
    due: undefined,
    days: undefined,
    overdue: false,
  });
});

test('a secret without a limit has an age, and is never due', () => {
  expect(age('changed: 2020-01-01', '2026-01-01')).toMatchObject({ days: 2192, state: 'ok' });
  expect(age('', '2026-01-01')).toBe(undefined);
});

test('the max_age of the manifest is that of all secrets without one of their own', () => {
  const top = 'max_age: 30d\n';
  expect(age('changed: 2026-01-01', '2026-01-31', top)).toMatchObject({ due: '2026-01-31' });
  expect(age('max_age: 1y\nchanged: 2026-01-01', '2026-01-31', top)?.due).toBe('2027-01-01');
  expect(age('max_age: never\nchanged: 2026-01-01', '2029-01-31', top)?.due).toBe(undefined);
  expect(maxAgeOf({ maxAge: '30d' }, { type: 'String' })).toBe(undefined);
});

describe('refuses', () => {
  test.each([
    '90',
    '0d',
    '090d',
    '10000d',
    '1000w',
    '100y',
    '3m',
    '90D',
    '1.5d',
    '"90 d"',
    'always',
  ])('max_age: %s', (maxAge) => {
    expect(message(`max_age: ${maxAge}`)).toMatch(
      /^"max_age" must be a number of days, weeks or years, such as 90d, 12w or 1y .* \| /,
    );
  });

  test.each(['2026-1-1', '2026-13-01', '27.11.2026', '2026-11-27T00:00:00Z', '20261127'])(
    'changed: %s',
    (changed) => {
      expect(message(`changed: ${changed}`)).toEqual(
        expect.stringContaining(
          '"changed" must be a day such as 2026-11-27: year, month and day | ',
        ),
      );
    },
  );

  test.each(['2026-02-29', '2026-04-31'])('changed: %s, which no calendar has', (changed) => {
    expect(message(`changed: ${changed}`)).toEqual(
      '"changed" is not a day of the calendar | correct month and day',
    );
  });

  test.each([
    ['max_age: 1m', 'months are not all as long: write 30d, and there are no minutes'],
    ['max_age: 6 months', 'months are not all as long: write 180d'],
    ['max_age: 90', 'did you mean 90d?'],
    ['max_age: 12 weeks', 'did you mean 12w?'],
    ['max_age: 1Y', 'did you mean 1y?'],
    ['max_age: 100y', 'for example: 90d'],
    ['max_age: 12h', 'the shortest is a day: 1d'],
    ['max_age: 0d', 'did you mean 90d?'],
    ['changed: 2026-11-27T10:00:00Z', 'did you mean 2026-11-27?'],
    ['changed: 20261127', 'did you mean 2026-11-27?'],
    ['changed: 27.11.2026', 'did you mean 2026-11-27?'],
    ['changed: 2026-1-2', 'did you mean 2026-01-02?'],
    ['changed: 11/27/2026', expect.stringMatching(/^write the day on .*, or remove the line/)],
    ['changed: 2026-13-01', expect.stringMatching(/^write the day on .*, or remove the line/)],
  ])('%s is refused, and the hint says: %s', (line, hint) => {
    expect(message(line)?.split(' | ')[1]).toEqual(hint);
  });

  test('"never" for all secrets of a manifest', () => {
    const [problem] = problemsOf(secret('').replace('parameters:', 'max_age: never\nparameters:'));
    expect(problem).toMatch(/"max_age" must be a number of days.* \| remove the line: without it/);
  });

  test.each(['max_age: 90d', 'changed: 2026-11-27'])('%s of what is no secret', (line) => {
    expect(problemsOf(withParameter(`type: String\nvalue: v\n${line}`))).toHaveLength(1);
  });

  test('a day that two parameters share', () => {
    const other = '  - {name: q, type: SecureString, value: v, changed: *day}\n';
    expect(problemsOf(`${secret('changed: &day 2026-11-27').trimEnd()}\n${other}`)).toEqual([
      expect.stringMatching(/parameter "q": "changed" comes through an alias or a merge/),
    ]);
  });
});

describe('the day of the last change is written', () => {
  test.each([
    [
      'below max_age',
      'type: SecureString\n    max_age: 90d # as agreed\n    value: v\n',
      'type: SecureString\n    max_age: 90d # as agreed\n    changed: 2026-11-27\n    value: v\n',
    ],
    [
      'below the type',
      'type: SecureString\n    value: v\n',
      'type: SecureString\n    changed: 2026-11-27\n    value: v\n',
    ],
    [
      'in place of the old one, with its comment',
      'type: SecureString\n    changed: 2025-01-01 # ours\n    value: v\n',
      'type: SecureString\n    changed: 2026-11-27 # ours\n    value: v\n',
    ],
  ])('%s', (_, before, after) => {
    const text = `${HEAD}parameters:\n  - name: p\n    `;
    expect(edit(text + before, '2026-11-27')).toBe(text + after);
  });

  test('in braces, quoted as JSON wants it', () => {
    const text = `${HEAD}parameters: [{"name": "p", "type": "SecureString", "value": "v"}]\n`;
    expect(edit(text, '2026-11-27')).toBe(
      text.replace('"value"', '"changed": "2026-11-27", "value"'),
    );
  });

  test('or removed', () => {
    expect(edit(secret('changed: 2026-11-27'), null)).toBe(secret('').trimEnd() + '\n');
  });
});
