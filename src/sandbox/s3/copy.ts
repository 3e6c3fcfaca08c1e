import { iso } from './buckets.ts';
import { checkWrite, isNotModified, preconditionFailed } from './conditions.ts';
import { describe, encryptionHeaders } from './description.ts';
import type { ObjectStore, StoredObject } from './model.ts';
import { readable, requirePut } from './objects.ts';
import { header, invalidArgument, invalidRequest, notImplemented } from './request.ts';
import type { S3Reply, S3Request } from './request.ts';
import { document } from './xml.ts';

export async function copyObject(store: ObjectStore, request: S3Request): Promise<S3Reply> {
  const { call, headers, key } = request;
  requirePut(store, request);
  const bucket = store.bucket(request.bucket, call);
  const source = sourceOf(store, request);
  const directive = header(headers, 'x-amz-metadata-directive') ?? 'COPY';
  if (directive !== 'COPY' && directive !== 'REPLACE') {
    throw invalidArgument('x-amz-metadata-directive', directive, 'Unknown metadata directive.');
  }
  const isSelf = source.bucket === bucket.name && source.key === key;
  const changesEncryption = headers['x-amz-server-side-encryption'] !== undefined;
  if (isSelf && directive === 'COPY' && !changesEncryption) {
    throw invalidRequest(
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  const asked = describe(store, bucket, headers, call);
  const replacesTags = header(headers, 'x-amz-tagging-directive') === 'REPLACE';
  checkWrite(headers, store.object(bucket.name, key), key);
  const segments = isSelf
    ? source.segments
    : [await store.bodies.copy(source.segments, 0, source.size)];
  const object: StoredObject = {
    ...source,
    bucket: bucket.name,
    key,
    segments,
    modifiedAt: call.now,
    encryption: asked.encryption,
    tags: replacesTags ? asked.tags : source.tags,
  };
  if (directive === 'REPLACE') {
    object.headers = asked.headers;
    object.metadata = asked.metadata;
  }
  store.save(object);
  return {
    headers: encryptionHeaders(object),
    body: document('CopyObjectResult', {
      LastModified: iso(object.modifiedAt),
      ETag: `"${object.etag}"`,
    }),
  };
}

/** The object that `x-amz-copy-source` names, for a caller who may read it. */
export function sourceOf(store: ObjectStore, request: S3Request): StoredObject {
  const given = header(request.headers, 'x-amz-copy-source') ?? '';
  if (given.includes('?versionId=')) throw notImplemented('versionId');
  let path: string;
  try {
    path = decodeURIComponent(given).replace(/^\//, '');
  } catch {
    path = '';
  }
  const [, bucket, key] = /^([^/]+)\/([^]+)$/.exec(path) ?? [];
  if (bucket === undefined || key === undefined) {
    throw invalidArgument(
      'x-amz-copy-source',
      given,
      'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
    );
  }
  const source = readable(store, { ...request, bucket, key });
  if (isNotModified(request.headers, source, 'x-amz-copy-source-')) {
    throw preconditionFailed('x-amz-copy-source-If-None-Match');
  }
  return source;
}
