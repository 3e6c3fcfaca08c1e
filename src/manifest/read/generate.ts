import { isScalar, isSeq } from '../yaml/nodes.ts';
import type { Generate } from '../model.ts';
import { type Reading, readMap, readText } from './reading.ts';
import { textOf } from '../yaml/scalars.ts';
import type { Field } from '../yaml/tree.ts';

const CLASSES: Readonly<Record<string, RegExp>> = {
  lower: /[a-z]/,
  upper: /[A-Z]/,
  digit: /[0-9]/,
  symbol: /[^A-Za-z0-9]/,
};

/** The classes of each named charset, with one character each. */
const SAMPLES: Readonly<Record<string, string>> = {
  alnum: 'aA0',
  ascii: 'aA0!',
  hex: 'a0',
  base64url: 'aA0-',
};

const CUSTOM = 'custom:';

/** The schema checks the shape and single keys; this checks their combination. */
export function readGenerate(reading: Reading, field: Field, prefix: string): Generate {
  const { tree, faults } = reading;
  const fields = readMap(reading, field);
  const length = fields ? Number(readText(fields, 'length')) : Number.NaN;
  const charset = (fields && readText(fields, 'charset')) ?? 'alnum';
  const list = fields?.get('require');
  const items = list && isSeq(list.node) ? list.node.items.map((item) => tree.resolve(item)) : [];
  const require = items.map((item) => (item && isScalar(item) ? textOf(item) : ''));
  if (list && length < require.length) {
    const message = `${prefix}"generate" requires more classes than its length`;
    faults.add(list.valueAt, message, 'raise "length" or shorten "require"');
  }
  const characters = charset.startsWith(CUSTOM) ? charset.slice(CUSTOM.length) : SAMPLES[charset];
  const missing = require.find(
    (name) => characters !== undefined && !CLASSES[name]?.test(characters),
  );
  if (list && missing !== undefined && CLASSES[missing]) {
    const message = `${prefix}"generate" requires a class (${missing}) that its charset does not have`;
    faults.add(list.valueAt, message, 'change "charset" or "require"');
  }
  return { length, charset, require };
}
