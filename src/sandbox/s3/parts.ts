import { iso } from './buckets.ts';
import { hasher } from './checksums.ts';
import { sourceOf } from './copy.ts';
import { encryptionHeaders } from './description.ts';
import type { ObjectStore, Part } from './model.ts';
import { MAX_PARTS, uploadOf } from './multipart.ts';
import { receive } from './payload.ts';
import type { Checksum } from './payload.ts';
import { rangeOf } from './range.ts';
import { header, invalidArgument, invalidRequest } from './request.ts';
import type { S3Reply, S3Request } from './request.ts';
import { document } from './xml.ts';

export async function uploadPart(store: ObjectStore, request: S3Request): Promise<S3Reply> {
  const number = partNumber(request);
  const upload = uploadOf(store, request);
  const { segment, md5, checksum } = await receive(request, store.bodies);
  const part = newPart(request, upload.id, number, { segment, etag: md5.toString('hex') });
  if (checksum !== undefined) part.checksum = checksum;
  keep(store, request, part);
  const answer: Record<string, string> = {
    etag: `"${part.etag}"`,
    ...encryptionHeaders(upload),
  };
  if (checksum !== undefined) answer[`x-amz-checksum-${checksum.algorithm}`] = checksum.value;
  return { headers: answer };
}

/** A part copied from a range of an existing object. */
export async function uploadPartCopy(store: ObjectStore, request: S3Request): Promise<S3Reply> {
  const number = partNumber(request);
  const upload = uploadOf(store, request);
  const source = sourceOf(store, request);
  const range = rangeOf(header(request.headers, 'x-amz-copy-source-range'), source.size);
  const { start, end } = range ?? { start: 0, end: source.size };
  const segment = await store.bodies.copy(source.segments, start, end);
  const md5 = hasher('md5');
  const named = upload.checksum && hasher(upload.checksum.algorithm);
  for await (const chunk of store.bodies.read([segment], 0, segment.size)) {
    md5.update(chunk);
    named?.update(chunk);
  }
  const part = newPart(request, upload.id, number, { segment, etag: md5.digest().toString('hex') });
  let checksum: Checksum | undefined;
  if (upload.checksum && named) {
    checksum = { algorithm: upload.checksum.algorithm, value: named.digest().toString('base64') };
    part.checksum = checksum;
  }
  keep(store, request, part);
  return {
    body: document('CopyPartResult', {
      LastModified: iso(part.modifiedAt),
      ETag: `"${part.etag}"`,
      ...(checksum && { [`Checksum${checksum.algorithm.toUpperCase()}`]: checksum.value }),
    }),
  };
}

function partNumber({ query }: S3Request): number {
  const text = query.get('partNumber') ?? '';
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= MAX_PARTS) return number;
  throw invalidArgument(
    'partNumber',
    text,
    `Part number must be an integer between 1 and ${MAX_PARTS}, inclusive`,
  );
}

function newPart(
  { call }: S3Request,
  uploadId: string,
  number: number,
  stored: Pick<Part, 'segment' | 'etag'>,
): Part {
  return { ...stored, uploadId, number, modifiedAt: call.now };
}

/** Adds the part, unless it differs from its declaration or the upload has ended. */
function keep(store: ObjectStore, request: S3Request, part: Part): void {
  try {
    const wanted = uploadOf(store, request).checksum?.algorithm;
    const found = part.checksum?.algorithm;
    if (wanted !== undefined && wanted !== found) {
      throw invalidRequest(
        `Checksum Type mismatch occurred, expected checksum Type: ${wanted}, actual checksum Type: ${found ?? 'null'}`,
      );
    }
  } catch (error) {
    store.bodies.remove([part.segment]);
    throw error;
  }
  store.savePart(part);
}
