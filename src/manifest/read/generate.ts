import { charactersOfClass, lackingClass } from '../characters.ts';
import { isScalar, isSeq } from '../yaml/nodes.ts';
import type { Generate } from '../model.ts';
import { type Reading, readMap, readText } from './reading.ts';
import { textOf } from '../yaml/scalars.ts';
import type { Field } from '../yaml/tree.ts';

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
  const missing = lackingClass({ charset, require });
  if (list && missing !== undefined && charactersOfClass(missing).size > 0) {
    const message = `${prefix}"generate" requires a class (${missing}) that its charset does not have`;
    faults.add(list.valueAt, message, 'change "charset" or "require"');
  }
  return { length, charset, require };
}
