import { Refusal } from '../refusal.ts';
import { checkWrite, isNotModified, noSuchKey } from './conditions.ts';
import { describe, describedHeaders, encryptionHeaders, requireDecrypt } from './description.ts';
import type { ObjectStore, StoredObject } from './model.ts';
import { receive, receiveDocument } from './payload.ts';
import { headerFacts, mayDelete, requireBucket, requireObject } from './permission.ts';
import { rangeOf } from './range.ts';
import { header, invalidArgument, invalidRequest } from './request.ts';
import type { S3Reply, S3Request } from './request.ts';
import { childText, document, malformed, parseXml } from './xml.ts';

const MAX_KEY = 1024;

export async function putObject(store: ObjectStore, request: S3Request): Promise<S3Reply> {
  const { call, headers, key } = request;
  requirePut(store, request);
  const bucket = store.bucket(request.bucket, call);
  const description = describe(store, bucket, headers, call);
  checkWrite(headers, store.object(bucket.name, key), key);
  const { segment, md5, checksum } = await receive(request, store.bodies);
  const object: StoredObject = {
    ...description,
    bucket: bucket.name,
    key,
    segments: [segment],
    size: segment.size,
    etag: md5.toString('hex'),
    modifiedAt: call.now,
  };
  if (checksum !== undefined) object.checksum = { ...checksum, type: 'FULL_OBJECT' };
  try {
    // Another request may have written it while the body arrived.
    checkWrite(headers, store.object(bucket.name, key), key);
    store.bucket(bucket.name, call);
  } catch (error) {
    store.bodies.remove([segment]);
    throw error;
  }
  store.save(object);
  return {
    headers: {
      etag: `"${object.etag}"`,
      ...encryptionHeaders(object),
      ...checksumHeaders(object),
    },
  };
}

/** Requires the rights that every creation of an object needs. */
export function requirePut(store: ObjectStore, request: S3Request): void {
  const { headers, key } = request;
  if (Buffer.byteLength(key) > MAX_KEY) {
    throw new Refusal('KeyTooLongError', 'Your key is too long', 400, {
      details: { Size: String(Buffer.byteLength(key)), MaxSizeAllowed: String(MAX_KEY) },
    });
  }
  requireObject(store, request, 's3:PutObject', headerFacts(request));
  if (headers['x-amz-tagging'] !== undefined) {
    requireObject(store, request, 's3:PutObjectTagging');
  }
}

export async function getObject(store: ObjectStore, request: S3Request): Promise<S3Reply> {
  const object = readable(store, request);
  const { headers, query } = request;
  if (isNotModified(headers, object)) return notModified(object);
  const answer = { ...objectHeaders(object), ...overrides(query) };
  const range = rangeOf(header(headers, 'range'), object.size);
  if (range === undefined) {
    if (wantsChecksum(request)) Object.assign(answer, checksumHeaders(object));
    return {
      headers: { ...answer, 'content-length': String(object.size) },
      body: store.bodies.read(object.segments, 0, object.size),
    };
  }
  const { start, end } = range;
  return {
    status: 206,
    headers: {
      ...answer,
      'content-length': String(end - start),
      'content-range': `bytes ${start}-${end - 1}/${object.size}`,
    },
    body: store.bodies.read(object.segments, start, end),
  };
}

export async function headObject(store: ObjectStore, request: S3Request): Promise<S3Reply> {
  const object = readable(store, request);
  if (isNotModified(request.headers, object)) return notModified(object);
  const answer = { ...objectHeaders(object), ...overrides(request.query) };
  const range = rangeOf(header(request.headers, 'range'), object.size);
  if (range !== undefined) {
    const { start, end } = range;
    answer['content-length'] = String(end - start);
    answer['content-range'] = `bytes ${start}-${end - 1}/${object.size}`;
    return { status: 206, headers: answer };
  }
  if (wantsChecksum(request)) Object.assign(answer, checksumHeaders(object));
  return { headers: { ...answer, 'content-length': String(object.size) } };
}

export async function deleteObject(store: ObjectStore, request: S3Request): Promise<S3Reply> {
  const { call, key, headers } = request;
  requireObject(store, request, 's3:DeleteObject');
  const bucket = store.bucket(request.bucket, call);
  if (headers['if-match'] !== undefined) {
    checkWrite(headers, store.object(bucket.name, key), key);
  }
  store.delete(bucket.name, key);
  return { status: 204 };
}

export async function deleteObjects(store: ObjectStore, request: S3Request): Promise<S3Reply> {
  const { call } = request;
  const bucket = store.bucket(request.bucket, call);
  const { body, isVerified } = await receiveDocument(request);
  if (!isVerified) {
    throw invalidRequest(
      'Missing required header for this request: Content-MD5 OR x-amz-checksum-*',
    );
  }
  const root = parseXml(body, 'Delete');
  const objects = root.children.filter((each) => each.name === 'Object');
  if (objects.length === 0 || objects.length > 1000) throw malformed();
  const deleted: { Key: string }[] = [];
  const failed: { Key: string; Code: string; Message: string }[] = [];
  for (const each of objects) {
    const key = childText(each, 'Key');
    if (key === undefined || key === '') throw malformed();
    if (mayDelete(store, request, key)) {
      store.delete(bucket.name, key);
      deleted.push({ Key: key });
    } else {
      failed.push({ Key: key, Code: 'AccessDenied', Message: 'Access Denied' });
    }
  }
  const quiet = childText(root, 'Quiet') === 'true';
  return { body: document('DeleteResult', { Deleted: quiet ? [] : deleted, Error: failed }) };
}

/** The object to read; refuses a caller without the right. */
export function readable(store: ObjectStore, request: S3Request): StoredObject {
  const { call, key } = request;
  requireObject(store, request, 's3:GetObject');
  const bucket = store.bucket(request.bucket, call);
  const object = store.object(bucket.name, key);
  if (object === undefined) {
    requireBucket(store, request, 's3:ListBucket');
    throw noSuchKey(key);
  }
  requireDecrypt(store, object, call);
  return object;
}

export function checksumHeaders({ checksum }: StoredObject): Record<string, string> {
  if (checksum === undefined) return {};
  return {
    [`x-amz-checksum-${checksum.algorithm}`]: checksum.value,
    'x-amz-checksum-type': checksum.type,
  };
}

function objectHeaders(object: StoredObject): Record<string, string> {
  return {
    ...describedHeaders(object),
    etag: `"${object.etag}"`,
    'last-modified': new Date(object.modifiedAt).toUTCString(),
    'accept-ranges': 'bytes',
  };
}

function notModified(object: StoredObject): S3Reply {
  const { etag, 'last-modified': modified = '' } = objectHeaders(object);
  return { status: 304, headers: { etag: etag ?? '', 'last-modified': modified } };
}

function wantsChecksum({ headers }: S3Request): boolean {
  return header(headers, 'x-amz-checksum-mode')?.toUpperCase() === 'ENABLED';
}

/** `response-content-type` and similar parameters. */
function overrides(query: URLSearchParams): Record<string, string> {
  const found = [...query].filter(([name]) => name.startsWith('response-'));
  for (const [name, value] of found) {
    if (!/^[\t\u0020-\u007e]*$/.test(value)) {
      throw invalidArgument(name, value, 'Header value cannot be represented using ISO-8859-1.');
    }
  }
  return Object.fromEntries(found.map(([name, value]) => [name.slice('response-'.length), value]));
}
