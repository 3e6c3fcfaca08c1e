import { decodeBase64 } from '../../crypto/base64.ts';
import { COMMIT_BYTES } from '../../crypto/commit.ts';
import type { WrappedDataKey, WrappedDataKeys } from '../../crypto/data-keys.ts';
import { quote } from '../yaml/faults.ts';
import type { Field, Fields } from '../yaml/tree.ts';
import { type Reading, readMap, readText } from './reading.ts';
import { readWraps } from './recovery.ts';

const ID = /^[0-9a-f]{8}$/;
const RESTORE = 'restore it from git, as coffer encrypt wrote it';

/** Undefined if `data_keys` is there but no map: then nothing can be said about its ids. */
export function readDataKeys(reading: Reading, fields: Fields): WrappedDataKeys | undefined {
  const field = fields.get('data_keys');
  if (!field) return {};
  const entries = readMap(reading, field);
  if (!entries) return undefined;
  return Object.fromEntries(
    [...entries].map(([id, entry]) => [id, readDataKey(reading, id, entry)]),
  );
}

/** Keys that are missing or malformed are the schema's to report. */
function readDataKey(reading: Reading, id: string, entry: Field): WrappedDataKey {
  const fields = readMap(reading, entry) ?? new Map<string, Field>();
  const subject = ID.test(id) ? `of data key ${quote(id)}` : 'of a data key';
  checkBase64(reading, fields, 'key', subject);
  checkBase64(reading, fields, 'commit', subject, COMMIT_BYTES);
  const author = readText(fields, 'author');
  return {
    key: readText(fields, 'key') ?? '',
    binding: readText(fields, 'binding') ?? '',
    commit: readText(fields, 'commit') ?? '',
    author: author === 'write-only' ? author : undefined,
    recovery: readWraps(reading, fields, subject),
  };
}

function checkBase64(
  { faults }: Reading,
  fields: Fields,
  key: string,
  subject: string,
  bytes?: number,
): void {
  const field = fields.get(key);
  const text = readText(fields, key);
  if (!field || text === undefined) return;
  const length = decodeBase64(text)?.length;
  if (length && (bytes === undefined || length === bytes)) return;
  const what = bytes === undefined ? 'base64' : `${bytes} bytes in base64`;
  faults.add(field.valueAt, `"${key}" ${subject} is not ${what}`, RESTORE);
}
