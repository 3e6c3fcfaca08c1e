import { decodeBase64 } from '../../crypto/base64.ts';
import type { RecoveryWraps } from '../../crypto/recovery.ts';
import type { Fields } from '../yaml/tree.ts';
import { type Reading, readMap, readText } from './reading.ts';

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
