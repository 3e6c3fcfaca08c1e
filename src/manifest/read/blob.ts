import { posix } from 'node:path';
import { decodeBase64 } from '../../crypto/base64.ts';
import { COMMIT_BYTES } from '../../crypto/commit.ts';
import { COMMITMENT_BYTES, MESSAGE_ID_BYTES } from '../../crypto/object-v3.ts';
import type { Blob } from '../model.ts';
import { type Reading, readMap, readText } from './reading.ts';
import { readWraps } from './recovery.ts';
import type { Field, Fields } from '../yaml/tree.ts';

/** The lengths of those that have one. */
const FIXED_BYTES: Readonly<Record<string, number>> = {
  commit: COMMIT_BYTES,
  message_id: MESSAGE_ID_BYTES,
  commitment: COMMITMENT_BYTES,
};
const RERUN = 'restore it as coffer encrypt wrote it, or remove the blob and encrypt again';

/** A path that stays inside the manifest's folder. */
function isAbsolute(path: string): boolean {
  return /^(?:[/\\]|[A-Za-z]:)/.test(path);
}

/** The schema reports missing or malformed keys. */
export function readBlob(reading: Reading, field: Field, prefix: string): Blob | undefined {
  const fields = readMap(reading, field);
  if (!fields) return undefined;
  checkBase64(reading, fields, prefix);
  const data = readText(fields, 'data')?.replaceAll(/[ \n]/g, '');
  const path = readText(fields, 'path');
  if ((data === undefined) === (path === undefined)) {
    const state =
      data === undefined ? 'has neither "data" nor "path"' : 'has both "data" and "path"';
    reading.faults.add(field.keyAt, `${prefix}the blob ${state}`, RERUN);
    return undefined;
  }
  if (path !== undefined) checkBlobPath(reading, fields.get('path'), path, prefix);
  return {
    sha256: readText(fields, 'sha256') ?? '',
    size: Number(readText(fields, 'size')),
    key: readText(fields, 'key') ?? '',
    binding: readText(fields, 'binding') ?? '',
    commit: readText(fields, 'commit') ?? '',
    messageId: readText(fields, 'message_id') ?? '',
    commitment: readText(fields, 'commitment') ?? '',
    recovery: readWraps(reading, fields, `of ${prefix}the blob`),
    body: data === undefined ? { path: path ?? '' } : { data },
  };
}

function checkBase64({ faults }: Reading, fields: Fields, prefix: string): void {
  for (const key of ['key', 'commit', 'message_id', 'commitment', 'data']) {
    const field = fields.get(key);
    const text = readText(fields, key)?.replaceAll(/[ \n]/g, '');
    if (!field || text === undefined) continue;
    const length = decodeBase64(text)?.length;
    const fixed = FIXED_BYTES[key];
    if (!length || (fixed !== undefined && length !== fixed)) {
      const what = fixed === undefined ? 'base64' : `${fixed} bytes in base64`;
      faults.add(field.valueAt, `${prefix}"${key}" of the blob is not ${what}`, RERUN);
    }
  }
}

function checkBlobPath(
  { faults }: Reading,
  field: Field | undefined,
  path: string,
  prefix: string,
): void {
  const normal = posix.normalize(path.replaceAll('\\', '/'));
  if (field && (isAbsolute(path) || normal === '..' || normal.startsWith('../'))) {
    const message = `${prefix}"path" of the blob leads out of the manifest's folder`;
    faults.add(field.valueAt, message, 'write it relative to the manifest, without ..');
  }
}

/** `file:` may lead to another folder, but must not be absolute. */
export function checkFilePath({ faults }: Reading, field: Field, path: string, prefix: string) {
  if (!isAbsolute(path)) return;
  const hint = 'write it relative to the manifest';
  faults.add(field.valueAt, `${prefix}"file" is an absolute path`, hint);
}
