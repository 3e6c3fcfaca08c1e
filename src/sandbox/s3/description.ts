import type { IncomingHttpHeaders } from 'node:http';

import type { Call } from '../access.ts';
import { requireUsable } from '../kms/keyring.ts';
import { requireKey } from '../kms/permission.ts';
import { Refusal } from '../refusal.ts';
import type { Bucket, Description, ObjectStore, StoredObject } from './model.ts';
import { header, invalidArgument, invalidRequest, notImplemented } from './request.ts';

const KEPT = [
  'content-type',
  'content-encoding',
  'content-disposition',
  'content-language',
  'cache-control',
  'expires',
  'x-amz-storage-class',
  'x-amz-website-redirect-location',
];
const MAX_METADATA = 2048;
const SSE = 'x-amz-server-side-encryption';

/** Reads the description of a new object from headers. */
export function describe(
  store: ObjectStore,
  bucket: Bucket,
  headers: IncomingHttpHeaders,
  call: Call,
): Description {
  refuseUnsupported(headers);
  return {
    headers: keptHeaders(headers),
    metadata: userMetadata(headers),
    encryption: encryptionOf(store, bucket, headers, call),
    tags: taggingHeader(headers),
  };
}

function userMetadata(headers: IncomingHttpHeaders): Record<string, string> {
  const metadata: Record<string, string> = {};
  let size = 0;
  for (const name of Object.keys(headers)) {
    if (!name.startsWith('x-amz-meta-')) continue;
    const key = name.slice('x-amz-meta-'.length);
    const value = header(headers, name) ?? '';
    // Node decodes header bytes as latin1, one character per byte.
    size += key.length + value.length;
    metadata[key] = value;
  }
  if (size > MAX_METADATA) {
    throw new Refusal(
      'MetadataTooLarge',
      'Your metadata headers exceed the maximum allowed metadata size',
      400,
      { details: { Size: String(size), MaxSizeAllowed: String(MAX_METADATA) } },
    );
  }
  return metadata;
}

function keptHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of KEPT) {
    let value = header(headers, name);
    if (name === 'content-encoding') value = withoutAwsChunked(value);
    if (value !== undefined) kept[name] = value;
  }
  kept['content-type'] ??= 'application/octet-stream';
  return kept;
}

/** The headers of an answer that describe the object. */
export function describedHeaders(object: Description): Record<string, string> {
  const headers = { ...object.headers, ...encryptionHeaders(object) };
  if (headers['x-amz-storage-class'] === 'STANDARD') delete headers['x-amz-storage-class'];
  for (const [key, value] of Object.entries(object.metadata)) {
    headers[`x-amz-meta-${key}`] = /^[\u0020-\u007e]*$/.test(value)
      ? value
      : `=?UTF-8?B?${Buffer.from(value, 'latin1').toString('base64')}?=`;
  }
  const tags = Object.keys(object.tags).length;
  if (tags > 0) headers['x-amz-tagging-count'] = String(tags);
  return headers;
}

export function encryptionHeaders({ encryption }: Description): Record<string, string> {
  const { algorithm, keyArn } = encryption;
  return keyArn === undefined
    ? { [SSE]: algorithm }
    : { [SSE]: algorithm, [`${SSE}-aws-kms-key-id`]: keyArn };
}

/** S3 decrypts an object under a KMS key for the caller. */
export function requireDecrypt(store: ObjectStore, object: StoredObject, call: Call): void {
  const { keyArn } = object.encryption;
  if (keyArn !== undefined) useKey(store, keyArn, 'kms:Decrypt', call);
}

function encryptionOf(
  store: ObjectStore,
  bucket: Bucket,
  headers: IncomingHttpHeaders,
  call: Call,
): Description['encryption'] {
  const asked = header(headers, SSE);
  const askedKey = header(headers, `${SSE}-aws-kms-key-id`);
  const byDefault = bucket.config['encryption'] ?? '';
  const algorithm = asked ?? /<SSEAlgorithm>([^<]+)</.exec(byDefault)?.[1] ?? 'AES256';
  if (algorithm === 'AES256') {
    if (askedKey === undefined) return { algorithm };
    throw invalidArgument(
      SSE,
      algorithm,
      'Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms',
    );
  }
  if (algorithm !== 'aws:kms' && algorithm !== 'aws:kms:dsse') {
    throw invalidArgument(SSE, algorithm, 'The encryption method specified is not supported');
  }
  const defaultKey = /<KMSMasterKeyID>([^<]+)</.exec(byDefault)?.[1];
  const keyId = askedKey ?? (asked === undefined ? defaultKey : undefined) ?? 'alias/aws/s3';
  return { algorithm, keyArn: useKey(store, keyId, 'kms:GenerateDataKey', call) };
}

function useKey(store: ObjectStore, keyId: string, action: string, call: Call): string {
  try {
    const key = store.ring.find(call.home, keyId, call.now);
    requireKey(store.ring, call, action, key, { via: 's3' });
    requireUsable(key);
    return key.arn;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.code === 'AccessDeniedException') {
      throw new Refusal('AccessDenied', error.message, 403);
    }
    throw new Refusal(`KMS.${error.code}`, error.message);
  }
}

function taggingHeader(headers: IncomingHttpHeaders): Record<string, string> {
  const tags = Object.fromEntries(new URLSearchParams(header(headers, 'x-amz-tagging') ?? ''));
  checkTags(tags);
  return tags;
}

export function checkTags(tags: Record<string, string>): void {
  const entries = Object.entries(tags);
  if (entries.length > 10) {
    throw new Refusal('BadRequest', 'Object tags cannot be greater than 10');
  }
  for (const [key, value] of entries) {
    if (key.length === 0 || key.length > 128) {
      throw new Refusal('InvalidTag', 'The TagKey you have provided is invalid');
    }
    if (value.length > 256) {
      throw new Refusal('InvalidTag', 'The TagValue you have provided is invalid');
    }
  }
}

function withoutAwsChunked(value: string | undefined): string | undefined {
  const codings = value?.split(',').map((coding) => coding.trim());
  const rest = codings?.filter((coding) => coding !== 'aws-chunked' && coding !== '').join(',');
  return rest === '' ? undefined : rest;
}

function refuseUnsupported(headers: IncomingHttpHeaders): void {
  for (const name of Object.keys(headers)) {
    if (name.startsWith(`${SSE}-customer-`)) throw notImplemented(name);
    if (name.startsWith('x-amz-object-lock-')) {
      throw invalidRequest('Bucket is missing Object Lock Configuration');
    }
    const acl = header(headers, name) ?? '';
    const isPlainAcl = acl === 'private' || acl === 'bucket-owner-full-control';
    if (name.startsWith('x-amz-grant-') || (name === 'x-amz-acl' && !isPlainAcl)) {
      throw new Refusal('AccessControlListNotSupported', 'The bucket does not allow ACLs');
    }
  }
}
