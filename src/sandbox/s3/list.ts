import type { ObjectStore } from './model.ts';
import { requireBucket } from './permission.ts';
import { invalidArgument, queryNumber } from './request.ts';
import type { S3Reply, S3Request } from './request.ts';
import { iso } from './buckets.ts';
import { document } from './xml.ts';
import type { XmlTree } from './xml.ts';

const MAX_KEYS = 1000;

export async function listObjectsV2(store: ObjectStore, request: S3Request): Promise<S3Reply> {
  const { query } = request;
  const token = query.get('continuation-token');
  const startAfter = query.get('start-after');
  const after = token === null ? (startAfter ?? '') : decodeToken(token);
  const { common, encode, listing } = list(store, request, after);
  return {
    body: document('ListBucketResult', {
      ...common,
      KeyCount: listing.contents.length + listing.prefixes.length,
      ContinuationToken: token ?? undefined,
      StartAfter: startAfter === null ? undefined : encode(startAfter),
      NextContinuationToken: listing.next === undefined ? undefined : encodeToken(listing.next),
      ...entries(listing, encode),
    }),
  };
}

export async function listObjects(store: ObjectStore, request: S3Request): Promise<S3Reply> {
  const marker = request.query.get('marker') ?? '';
  const { common, encode, listing } = list(store, request, marker);
  const { next } = listing;
  const withDelimiter = request.query.get('delimiter') !== null;
  return {
    body: document('ListBucketResult', {
      ...common,
      Marker: encode(marker),
      NextMarker: next === undefined || !withDelimiter ? undefined : encode(next),
      ...entries(listing, encode),
    }),
  };
}

interface Listing {
  contents: XmlTree[];
  prefixes: string[];
  /** The last key or common prefix, if there is more. */
  next: string | undefined;
}

function list(
  store: ObjectStore,
  request: S3Request,
  after: string,
): { common: XmlTree; encode: (text: string) => string; listing: Listing } {
  const { query, call, bucket: name } = request;
  requireBucket(store, request, 's3:ListBucket');
  const bucket = store.bucket(name, call);
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const limit = queryNumber(query, 'max-keys', MAX_KEYS) ?? MAX_KEYS;
  const encode = encoderOf(query);
  const listing = collect(store, bucket.name, { prefix, delimiter, limit, after, encode });
  const common = {
    Name: bucket.name,
    Prefix: encode(prefix),
    Delimiter: delimiter === '' ? undefined : encode(delimiter),
    MaxKeys: limit,
    EncodingType: query.get('encoding-type') ?? undefined,
    IsTruncated: listing.next !== undefined,
  };
  return { common, encode, listing };
}

function collect(
  store: ObjectStore,
  bucket: string,
  search: {
    prefix: string;
    delimiter: string;
    limit: number;
    after: string;
    encode: (text: string) => string;
  },
): Listing {
  const { prefix, delimiter, limit, after, encode } = search;
  const contents: XmlTree[] = [];
  const prefixes: string[] = [];
  let last = after;
  for (const key of store.keys(bucket, prefix, after)) {
    const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const group = cut < 0 ? undefined : key.slice(0, cut + delimiter.length);
    if (group !== undefined && group === last) continue;
    if (contents.length + prefixes.length >= limit) {
      return { contents, prefixes, next: limit === 0 ? undefined : last };
    }
    last = group ?? key;
    const object = group === undefined ? store.object(bucket, key) : undefined;
    if (group !== undefined) prefixes.push(group);
    if (object === undefined) continue;
    contents.push({
      Key: encode(key),
      LastModified: iso(object.modifiedAt),
      ETag: `"${object.etag}"`,
      ChecksumAlgorithm: object.checksum?.algorithm.toUpperCase(),
      ChecksumType: object.checksum?.type,
      Size: object.size,
      StorageClass: object.headers['x-amz-storage-class'] ?? 'STANDARD',
    });
  }
  return { contents, prefixes, next: undefined };
}

function entries({ contents, prefixes }: Listing, encode: (text: string) => string): XmlTree {
  return {
    Contents: contents,
    CommonPrefixes: prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  };
}

export function encoderOf(query: URLSearchParams): (text: string) => string {
  const type = query.get('encoding-type');
  if (type === null) return (text) => text;
  if (type !== 'url') {
    throw invalidArgument('encoding-type', type, 'Invalid Encoding Method specified in Request');
  }
  return (text) => encodeURIComponent(text).replaceAll('%2F', '/').replaceAll('%20', '+');
}

function encodeToken(key: string): string {
  return Buffer.from(`after:${key}`).toString('base64');
}

function decodeToken(token: string): string {
  const text = Buffer.from(token, 'base64').toString();
  if (text.startsWith('after:')) return text.slice('after:'.length);
  throw invalidArgument(
    'continuation-token',
    token,
    'The continuation token provided is incorrect',
  );
}
