import type { IncomingHttpHeaders } from 'node:http';

import { Refusal } from '../refusal.ts';
import type { StoredObject } from './model.ts';
import { header, notImplemented } from './request.ts';

/** Checks If-Match and If-None-Match against the object that a write would replace. */
export function checkWrite(
  headers: IncomingHttpHeaders,
  existing: StoredObject | undefined,
  key: string,
): void {
  const match = header(headers, 'if-match');
  const noneMatch = header(headers, 'if-none-match');
  if (noneMatch !== undefined && noneMatch !== '*') throw notImplemented('If-None-Match');
  if (noneMatch === '*' && existing !== undefined) throw preconditionFailed('If-None-Match');
  if (match === undefined) return;
  if (existing === undefined) throw noSuchKey(key);
  if (!includes(match, existing.etag)) throw preconditionFailed('If-Match');
}

/** Whether a conditional read finds the object unchanged; throws when a precondition fails. */
export function isNotModified(
  headers: IncomingHttpHeaders,
  object: StoredObject,
  prefix = '',
): boolean {
  const get = (name: string) => header(headers, `${prefix}${name}`);
  const second = Math.floor(object.modifiedAt / 1000) * 1000;
  const match = get('if-match');
  const unmodified = Date.parse(get('if-unmodified-since') ?? '');
  if (match !== undefined && !includes(match, object.etag)) throw preconditionFailed('If-Match');
  if (match === undefined && second > unmodified) throw preconditionFailed('If-Unmodified-Since');
  const noneMatch = get('if-none-match');
  if (noneMatch !== undefined) return includes(noneMatch, object.etag);
  return second <= Date.parse(get('if-modified-since') ?? '');
}

export function preconditionFailed(condition: string): Refusal {
  return new Refusal(
    'PreconditionFailed',
    'At least one of the pre-conditions you specified did not hold',
    412,
    { details: { Condition: condition } },
  );
}

export function noSuchKey(key: string): Refusal {
  return new Refusal('NoSuchKey', 'The specified key does not exist.', 404, {
    details: { Key: key },
  });
}

function includes(list: string, etag: string): boolean {
  return list.split(',').some((each) => {
    const wanted = each.trim().replace(/^W\//, '').replaceAll('"', '');
    return wanted === '*' || wanted === etag;
  });
}
