import { describe, expect, test } from 'vitest';
import { formatPolicies, receivePolicies, sendPolicies } from '../../../src/manifest/policies.ts';
import { problemsOf } from './problem-cases.ts';
import { expiration, noChange, parse, withParameter } from './samples.ts';

const policies = (lines: string, tier = 'Advanced') =>
  withParameter(`type: String\nvalue: v\ntier: ${tier}\npolicies:\n${lines}`);
const policy = (type: string, attributes: string) =>
  policies(`  - {Type: ${type}, Version: "1.0", Attributes: {${attributes}}}`);

test('reads policies as texts, in any YAML style', () => {
  const text =
    policies(`  - {Type: Expiration, Version: "1.0", Attributes: {Timestamp: "2027-01-01T00:00:00.000Z"}}
  - Attributes:
      Unit: Days
      After: 20
    Version: 1.0
    Type: NoChangeNotification`);
  expect(parse(text).parameters[0]?.policies).toEqual([
    expiration('2027-01-01T00:00:00.000Z'),
    noChange('20'),
  ]);
});

test.each(['Advanced', 'Intelligent-Tiering'])('accepts policies in tier %s', (tier) => {
  const item =
    '  - {Type: NoChangeNotification, Version: "1.0", Attributes: {After: 1, Unit: Days}}';
  expect(parse(policies(item, tier)).parameters).toHaveLength(1);
});

const two =
  '  - {Type: Expiration, Version: "1.0", Attributes: {Timestamp: "2027-01-01T00:00:00Z"}}';

describe('refuses policies that SSM would refuse:', () => {
  test.each<[what: string, text: string, problems: string[]]>([
    [
      'in the tier Standard',
      policies(two, 'Standard'),
      ['10:7 parameter "p": policies need the tier Advanced | write "tier: Advanced"'],
    ],
    [
      'in no tier',
      policies(two).replace('    tier: Advanced\n', ''),
      ['9:7 parameter "p": policies need the tier Advanced | write "tier: Advanced"'],
    ],
    [
      'of an unknown type',
      policy('Expire', ''),
      [
        '10:16 parameter "p": "Type" must be Expiration, ExpirationNotification or NoChangeNotification | for example: Expiration',
      ],
    ],
    [
      'that lack their attributes',
      policies('  - {Type: Expiration, Version: "1.0"}'),
      ['10:9 parameter "p": the key "Attributes" is missing | add "Attributes: …"'],
    ],
    [
      'with attributes of another type',
      policy('ExpirationNotification', 'After: 1, Unit: Days'),
      [
        '10:68 parameter "p": the key "Before" is missing | add "Before: …"',
        '10:69 parameter "p": unknown key "After" | the keys allowed here are Before, Unit',
      ],
    ],
    ...['tomorrow', '2027-01-01', '2027-13-01T00:00:00Z', '2027-01-01T00:00:00'].map(
      (time): [string, string, string[]] => [
        `at ${time}`,
        policy('Expiration', `Timestamp: ${time}`),
        [
          expect.stringContaining(
            '10:68 parameter "p": "Timestamp" must be a time such as 2027-01-01T00:00:00Z or 2027-01-01T00:00:00+01:00 | ',
          ) as string,
        ],
      ],
    ),
    [
      'on a day that no month has',
      policy('Expiration', 'Timestamp: 2027-02-30T00:00:00Z'),
      ['10:7 parameter "p": the Timestamp of its Expiration is not a date | correct month and day'],
    ],
    [
      'in weeks',
      policy('NoChangeNotification', 'After: 1, Unit: Weeks'),
      ['10:83 parameter "p": "Unit" must be Days or Hours | for example: Days'],
    ],
    ...['0', '-1', '1.5', 'one'].map((period): [string, string, string[]] => [
      `after ${period}`,
      policy('NoChangeNotification', `After: ${period}, Unit: Days`),
      [
        expect.stringContaining(
          '10:74 parameter "p": "After" must be a whole number of days or hours, above 0 | ',
        ) as string,
      ],
    ]),
    [
      'with two ends',
      policies(`${two}\n${two}`),
      ['10:7 parameter "p": a parameter can have only one Expiration | remove the others'],
    ],
    [
      'eleven of them',
      policies(
        Array<string>(11)
          .fill(
            '  - {Type: NoChangeNotification, Version: "1.0", Attributes: {After: 1, Unit: Days}}',
          )
          .join('\n'),
      ),
      ['10:7 parameter "p": "policies" must be a list of 1 to 10 policies | remove some'],
    ],
    [
      'that are no list',
      withParameter('type: String\nvalue: v\ntier: Advanced\npolicies: {Type: Expiration}'),
      [
        '9:15 parameter "p": "policies" must be a list of 1 to 10 policies | write a list: each item begins with "- "',
      ],
    ],
  ])('%s', (_, text, problems) => expect(problemsOf(text)).toEqual(problems));
});

test('gives the same text for the same meaning', () => {
  const one = [noChange('20'), expiration('2027-01-01T00:00:00Z')];
  const other = [
    expiration('2027-01-01T01:00:00.000+01:00'),
    {
      Attributes: { Unit: 'Days', After: '20' },
      Version: '1.0',
      Type: 'NoChangeNotification',
    },
  ];
  expect(formatPolicies(one)).toBe(formatPolicies(other));
  expect(formatPolicies(one)).not.toBe(formatPolicies([noChange('20')]));
  expect(formatPolicies([])).toBe('');
});

describe('SSM', () => {
  test('gets a JSON array, and [{}] to remove all of them', () => {
    expect(JSON.parse(sendPolicies([noChange('20')]))).toEqual([noChange('20')]);
    expect(sendPolicies([])).toBe('[{}]');
  });

  test('returns each policy as a separate text', () => {
    const told = [expiration('2027-01-01T00:00:00Z'), noChange('20')].map((item) => ({
      PolicyText: JSON.stringify(item),
      PolicyType: item.Type,
      PolicyStatus: 'Pending',
    }));
    expect(receivePolicies(told)).toEqual([expiration('2027-01-01T00:00:00Z'), noChange('20')]);
  });

  test('can return unknown policies, or another shape', () => {
    expect(receivePolicies([{ PolicyText: 'a new form', PolicyType: 'New' }])).toEqual([
      { Type: 'New', Version: '', Attributes: {} },
    ]);
    const moto = { PolicyText: noChange('20'), PolicyType: noChange('20') };
    expect(receivePolicies([moto, { PolicyText: {}, PolicyType: {} }])).toEqual([noChange('20')]);
  });
});
