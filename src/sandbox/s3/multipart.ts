import { createHash, randomBytes } from 'node:crypto';

import { Refusal } from '../refusal.ts';
import { ALGORITHMS, hasher } from './checksums.ts';
import type { Algorithm } from './checksums.ts';
import { checkWrite } from './conditions.ts';
import { describe, encryptionHeaders } from './description.ts';
import type { ObjectStore, Part, StoredObject, Upload } from './model.ts';
import { checksumHeaders, requirePut } from './objects.ts';
import { receiveDocument } from './payload.ts';
import { requireObject, uploadFacts } from './permission.ts';
import { header, invalidRequest } from './request.ts';
import type { S3Reply, S3Request } from './request.ts';
import { childText, document, malformed, parseXml } from './xml.ts';
import type { Element } from './xml.ts';

const MIN_PART = 5 * 1024 * 1024;
export const MAX_PARTS = 10_000;

export async function createMultipartUpload(
  store: ObjectStore,
  request: S3Request,
): Promise<S3Reply> {
  const { call, headers, key } = request;
  requirePut(store, request);
  const bucket = store.bucket(request.bucket, call);
  const upload: Upload = {
    ...describe(store, bucket, headers, call),
    id: randomBytes(32).toString('base64url'),
    bucket: bucket.name,
    key,
    createdAt: call.now,
  };
  const checksum = askedChecksum(request);
  if (checksum !== undefined) upload.checksum = checksum;
  store.saveUpload(upload);
  const answer: Record<string, string> = encryptionHeaders(upload);
  if (checksum !== undefined) {
    answer['x-amz-checksum-algorithm'] = checksum.algorithm.toUpperCase();
    answer['x-amz-checksum-type'] = checksum.type;
  }
  return {
    headers: answer,
    body: document('InitiateMultipartUploadResult', {
      Bucket: bucket.name,
      Key: key,
      UploadId: upload.id,
    }),
  };
}

export async function completeMultipartUpload(
  store: ObjectStore,
  request: S3Request,
): Promise<S3Reply> {
  const { call, headers } = request;
  uploadOf(store, request);
  const { body } = await receiveDocument(request);
  const listed = parseXml(body, 'CompleteMultipartUpload').children.filter(
    (each) => each.name === 'Part',
  );
  if (listed.length === 0 || listed.length > MAX_PARTS) throw malformed();
  const upload = uploadOf(store, request);
  const parts = chosenParts(listed, upload, store.parts(upload.id));
  const { id, createdAt: _, checksum, ...description } = upload;
  const size = parts.reduce((sum, part) => sum + part.segment.size, 0);
  const declared = header(headers, 'x-amz-mp-object-size');
  if (declared !== undefined && Number(declared) !== size) {
    throw invalidRequest(
      `The provided 'x-amz-mp-object-size' header value ${declared} does not match what was computed: ${size}`,
    );
  }
  const object: StoredObject = {
    ...description,
    segments: parts.map((part) => part.segment),
    size,
    etag: `${md5OfParts(parts)}-${parts.length}`,
    modifiedAt: call.now,
  };
  if (checksum !== undefined) {
    const value = await wholeChecksum(store, checksum, parts, object);
    object.checksum = { ...checksum, value };
    const expected = header(headers, `x-amz-checksum-${checksum.algorithm}`);
    if (expected !== undefined && expected !== value) {
      throw new Refusal(
        'BadDigest',
        `The ${checksum.algorithm} you specified did not match the calculated checksum.`,
      );
    }
  }
  uploadOf(store, request);
  checkWrite(headers, store.object(object.bucket, object.key), object.key);
  store.save(object);
  store.endUpload(id, parts);
  return {
    headers: encryptionHeaders(object),
    body: document('CompleteMultipartUploadResult', {
      Location: `/${object.bucket}/${object.key}`,
      Bucket: object.bucket,
      Key: object.key,
      ETag: `"${object.etag}"`,
      ...(object.checksum && {
        [`Checksum${object.checksum.algorithm.toUpperCase()}`]: object.checksum.value,
        ChecksumType: checksumHeaders(object)['x-amz-checksum-type'],
      }),
    }),
  };
}

export async function abortMultipartUpload(
  store: ObjectStore,
  request: S3Request,
): Promise<S3Reply> {
  const { call, key, query } = request;
  requireObject(store, request, 's3:AbortMultipartUpload');
  const bucket = store.bucket(request.bucket, call);
  store.endUpload(store.upload(query.get('uploadId') ?? '', bucket.name, key).id);
  return { status: 204 };
}

export function uploadOf(store: ObjectStore, request: S3Request): Upload {
  const { call, bucket: name, key, query } = request;
  const id = query.get('uploadId') ?? '';
  const known = store.findUpload(id, name, key);
  requireObject(store, request, 's3:PutObject', known && uploadFacts(known));
  const bucket = store.bucket(name, call);
  return store.upload(id, bucket.name, key);
}

function askedChecksum({ headers }: S3Request): Upload['checksum'] {
  const name = header(headers, 'x-amz-checksum-algorithm');
  const type = header(headers, 'x-amz-checksum-type');
  if (name === undefined) {
    if (type === undefined) return undefined;
    throw invalidRequest(
      'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.',
    );
  }
  const algorithm = ALGORITHMS.find((each) => each === name.toLowerCase());
  if (algorithm === undefined) {
    throw invalidRequest(
      'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]',
    );
  }
  const chosen = type ?? (algorithm === 'crc64nvme' ? 'FULL_OBJECT' : 'COMPOSITE');
  const isHash = algorithm === 'sha1' || algorithm === 'sha256';
  const isPossible =
    (chosen === 'FULL_OBJECT' && !isHash) || (chosen === 'COMPOSITE' && algorithm !== 'crc64nvme');
  if (!isPossible) {
    throw invalidRequest(
      `The ${chosen} checksum type cannot be used with the ${algorithm} checksum algorithm.`,
    );
  }
  return { algorithm, type: chosen === 'COMPOSITE' ? 'COMPOSITE' : 'FULL_OBJECT' };
}

/** The parts that the request lists, each checked against the upload. */
function chosenParts(listed: readonly Element[], upload: Upload, uploaded: Part[]): Part[] {
  const byNumber = new Map(uploaded.map((part) => [part.number, part]));
  let before = 0;
  const parts = listed.map((element) => {
    const number = Number(childText(element, 'PartNumber') ?? Number.NaN);
    const etag = childText(element, 'ETag')?.trim().replaceAll('"', '');
    if (!Number.isInteger(number) || etag === undefined) throw malformed();
    if (number <= before) {
      throw new Refusal(
        'InvalidPartOrder',
        'The list of parts was not in ascending order. The parts list must be specified in order by part number.',
      );
    }
    before = number;
    const part = byNumber.get(number);
    if (part === undefined || part.etag !== etag) throw invalidPart(number, etag);
    checkPartChecksum(element, upload, part);
    return part;
  });
  for (const part of parts.slice(0, -1)) {
    if (part.segment.size >= MIN_PART) continue;
    throw new Refusal(
      'EntityTooSmall',
      'Your proposed upload is smaller than the minimum allowed size',
      400,
      {
        details: {
          ProposedSize: String(part.segment.size),
          MinSizeAllowed: String(MIN_PART),
          PartNumber: String(part.number),
          ETag: part.etag,
        },
      },
    );
  }
  return parts;
}

function checkPartChecksum(element: Element, upload: Upload, part: Part): void {
  const wanted: Algorithm | undefined = upload.checksum?.algorithm;
  for (const algorithm of ALGORITHMS) {
    const given = childText(element, `Checksum${algorithm.toUpperCase()}`);
    const isSame = part.checksum?.algorithm === algorithm && part.checksum.value === given;
    if (given !== undefined && !isSame) throw invalidPart(part.number, part.etag);
    const isNeeded = algorithm === wanted && upload.checksum?.type === 'COMPOSITE';
    if (isNeeded && given === undefined) {
      throw invalidRequest(
        `The upload was created using a ${algorithm} checksum. The complete request must include the checksum for each part. It was missing for part ${part.number} in the request.`,
      );
    }
  }
}

function invalidPart(number: number, etag: string): Refusal {
  return new Refusal(
    'InvalidPart',
    "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    400,
    { details: { PartNumber: String(number), ETag: etag } },
  );
}

function md5OfParts(parts: readonly Part[]): string {
  const md5 = createHash('md5');
  for (const part of parts) md5.update(Buffer.from(part.etag, 'hex'));
  return md5.digest('hex');
}

async function wholeChecksum(
  store: ObjectStore,
  { algorithm, type }: { algorithm: Algorithm; type: string },
  parts: readonly Part[],
  { segments, size }: StoredObject,
): Promise<string> {
  const hash = hasher(algorithm);
  if (type === 'COMPOSITE') {
    for (const part of parts) hash.update(Buffer.from(part.checksum?.value ?? '', 'base64'));
    return `${hash.digest().toString('base64')}-${parts.length}`;
  }
  for await (const chunk of store.bodies.read(segments, 0, size)) hash.update(chunk);
  return hash.digest().toString('base64');
}
