import { isScalar, isSeq } from '../yaml/nodes.ts';
import { decodeBase64 } from '../../crypto/base64.ts';
import type { RecoveryWraps } from '../../crypto/recovery.ts';
import { textOf } from '../yaml/scalars.ts';
import type { Field, Fields } from '../yaml/tree.ts';
import { type Reading, readMap, readText } from './reading.ts';

/** The list of recipients, as written; the schema reports what is not one. */
export function readRecipients({ tree }: Reading, field: Field | undefined): string[] {
  if (!field || !isSeq(field.node)) return [];
  return field.node.items.flatMap((item) => {
    const node = tree.resolve(item);
    return node && isScalar(node) ? [textOf(node)] : [];
  });
}

/** The wraps of one data key; undefined if it has none. */
export function readWraps(
  reading: Reading,
  fields: Fields,
  subject: string,
): RecoveryWraps | undefined {
  const field = fields.get('recovery');
  const wraps = readMap(reading, field);
  if (!wraps) return undefined;
  for (const [recipient, { valueAt }] of wraps) {
    const text = readText(wraps, recipient);
    if (text === undefined || decodeBase64(text)?.length) continue;
    const message = `a key under "recovery" ${subject} is not base64`;
    reading.faults.add(valueAt, message, 'restore it from git, as coffer wrote it');
  }
  const names = [...wraps.keys()];
  return Object.fromEntries(names.map((name) => [name, readText(wraps, name) ?? '']));
}
