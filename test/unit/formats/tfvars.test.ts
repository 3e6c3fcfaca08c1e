import { array, assert, constantFrom, oneof, property } from 'fast-check';
import { expect, test } from 'vitest';
import { findTfvarsFault, tfvarsLine } from '../../../src/formats/tfvars.ts';
import { NASTY } from '../../support/nasty.ts';
import { whyNot } from '../../support/programs.ts';
import { readByTerraform, readTfvars } from '../../support/tfvars.ts';
import { anyText } from '../../support/any-text.ts';

const text = oneof(
  anyText({ maxLength: 40 }).map((value) => value.replaceAll('\0', '')),
  array(constantFrom(...'$%{}"\\\'`nrtu0A \n\r\t'.split(''), '${', '%{', '$$', '\\u0041'), {
    maxLength: 12,
  }).map((parts) => parts.join('')),
).filter((value) => !findTfvarsFault(value));

test('is read back by the rules of HCL for every text without a fault', () => {
  assert(
    property(text, (value) => {
      expect(readTfvars(`${tfvarsLine('a_1', value)}\n`)).toEqual({ a_1: value });
    }),
    { numRuns: 500 },
  );
});

const reason = whyNot('terraform');

test.skipIf(reason)(`Terraform reads every nasty value back${reason}`, async () => {
  const lines = Object.entries(NASTY).map(([name, value]) => `${tfvarsLine(name, value)}\n`);
  expect(await readByTerraform(lines.join(''), Object.keys(NASTY))).toEqual(NASTY);
});

test('finds a fault in a text that Terraform would normalise', () => {
  expect(findTfvarsFault('e\u0301')).toContain('NFC');
  expect(findTfvarsFault('\u00E9')).toBeUndefined();
});
