import { describe, expect, test } from 'vitest';
import {
  compareFields,
  compareWanted,
  notableFields,
  overwritingFields,
  receiveFields,
  sendFields,
  type SsmFields,
} from '../../../src/manifest/ssm-fields.ts';
import { noChange } from './samples.ts';

/** A parameter whose every field differs from SSM's default. */
const FULL: Required<SsmFields> = {
  description: 'd',
  tier: 'Advanced',
  allowedPattern: '^v$',
  dataType: 'integer',
  policies: [noChange('1')],
};
const MEMBERS = Object.keys(FULL) as (keyof SsmFields)[];

describe.each(MEMBERS)('%s', (member) => {
  const one: SsmFields = { [member]: FULL[member] };

  test('is read from SSM as it was sent', () => {
    const { Policies, ...sent } = sendFields(one);
    const Told = (JSON.parse(Policies ?? '[]') as unknown[]).map((item) => ({
      PolicyText: JSON.stringify(item),
    }));
    expect(compareFields(receiveFields({ ...sent, Policies: Told }), one)).toEqual([]);
  });

  test('differs from an absent one, and is then imported', () => {
    expect(compareFields({}, one)).toHaveLength(1);
    expect(compareFields(receiveFields({}), {})).toEqual([]);
    expect(notableFields(one)).toEqual(one);
    expect(notableFields(receiveFields({}))).toEqual({});
  });

  test('is reset by a write without it, or left out of the comparison and the write', () => {
    const written = overwritingFields({}, FULL);
    const isLeft = compareWanted(one, {}).length === 0;
    expect(compareFields(receiveFields({}), written).map(({ field }) => field)).toEqual([]);
    expect(written[member] === undefined).toBe(isLeft);
  });
});

test('removes policies only in the tier that has them', () => {
  expect(overwritingFields({}).policies).toBeUndefined();
  expect(overwritingFields({ tier: 'Standard' }).policies).toBeUndefined();
  expect(overwritingFields({ tier: 'Advanced' }).policies).toEqual([]);
  expect(overwritingFields({}, { tier: 'Advanced' }).policies).toEqual([]);
});
