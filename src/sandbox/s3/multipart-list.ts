import { compareUtf8 } from '../state/store.ts';
import { iso } from './buckets.ts';
import { encoderOf } from './list.ts';
import type { ObjectStore, Part, Upload } from './model.ts';
import { requireBucket, requireObject } from './permission.ts';
import { queryNumber } from './request.ts';
import type { S3Reply, S3Request } from './request.ts';
import { document } from './xml.ts';
import type { XmlTree } from './xml.ts';

const MAX = 1000;

export async function listParts(store: ObjectStore, request: S3Request): Promise<S3Reply> {
  const { call, key, query } = request;
  requireObject(store, request, 's3:ListMultipartUploadParts');
  const bucket = store.bucket(request.bucket, call);
  const upload = store.upload(query.get('uploadId') ?? '', bucket.name, key);
  const limit = queryNumber(query, 'max-parts', MAX) ?? MAX;
  const after = queryNumber(query, 'part-number-marker', 10_000) ?? 0;
  const left = store.parts(upload.id).filter((part) => part.number > after);
  const shown = left.slice(0, limit);
  return {
    body: document('ListPartsResult', {
      Bucket: bucket.name,
      Key: encoderOf(query)(key),
      UploadId: upload.id,
      PartNumberMarker: after,
      NextPartNumberMarker: shown.at(-1)?.number ?? after,
      MaxParts: limit,
      IsTruncated: left.length > shown.length,
      ChecksumAlgorithm: upload.checksum?.algorithm.toUpperCase(),
      ChecksumType: upload.checksum?.type,
      StorageClass: 'STANDARD',
      Part: shown.map(listedPart),
    }),
  };
}

function listedPart({ number, modifiedAt, etag, segment, checksum }: Part): XmlTree {
  return {
    PartNumber: number,
    LastModified: iso(modifiedAt),
    ETag: `"${etag}"`,
    Size: segment.size,
    ...(checksum && { [`Checksum${checksum.algorithm.toUpperCase()}`]: checksum.value }),
  };
}

export async function listMultipartUploads(
  store: ObjectStore,
  request: S3Request,
): Promise<S3Reply> {
  const { call, query } = request;
  requireBucket(store, request, 's3:ListBucketMultipartUploads');
  const bucket = store.bucket(request.bucket, call);
  const prefix = query.get('prefix') ?? '';
  const limit = queryNumber(query, 'max-uploads', MAX) ?? MAX;
  const encode = encoderOf(query);
  const keyMarker = query.get('key-marker') ?? '';
  const idMarker = query.get('upload-id-marker') ?? '';
  const left = store
    .uploadsOf(bucket.name)
    .filter((upload) => upload.key.startsWith(prefix))
    .sort(order)
    .filter((upload) => order(upload, { key: keyMarker, id: idMarker }) > 0)
    .filter((upload) => idMarker !== '' || upload.key !== keyMarker);
  const shown = left.slice(0, limit);
  const more = left.length > shown.length;
  const last = shown.at(-1);
  return {
    body: document('ListMultipartUploadsResult', {
      Bucket: bucket.name,
      KeyMarker: encode(keyMarker),
      UploadIdMarker: idMarker,
      NextKeyMarker: more && last ? encode(last.key) : undefined,
      NextUploadIdMarker: more ? last?.id : undefined,
      EncodingType: query.get('encoding-type') ?? undefined,
      Prefix: encode(prefix),
      MaxUploads: limit,
      IsTruncated: more,
      Upload: shown.map((upload) => ({
        Key: encode(upload.key),
        UploadId: upload.id,
        Initiated: iso(upload.createdAt),
        StorageClass: 'STANDARD',
      })),
    }),
  };
}

type Place = Pick<Upload, 'key' | 'id'>;

function order(one: Place, other: Place): number {
  return compareUtf8(one.key, other.key) || compareUtf8(one.id, other.id);
}
