import type { IncomingHttpHeaders } from 'node:http';

import { Refusal } from '../refusal.ts';
import type { Bodies, Segment } from '../state/bodies.ts';
import { ALGORITHMS, DIGEST_LENGTH, hasher } from './checksums.ts';
import type { Algorithm } from './checksums.ts';
import { decodeChunked, incomplete } from './chunked.ts';
import { header, invalidArgument, invalidRequest } from './request.ts';
import type { S3Request } from './request.ts';

export interface Checksum {
  algorithm: Algorithm;
  /** Base64. */
  value: string;
}

interface Digests {
  md5: Buffer;
  checksum?: Checksum;
}

const MAX_DOCUMENT = 8 * 1024 * 1024;
const MAX_PUT = 5 * 1024 ** 3;

/** Stores a request's body, or nothing if it does not match its headers. */
export async function receive(
  request: S3Request,
  bodies: Bodies,
): Promise<Digests & { segment: Segment }> {
  const expected = expectations(request.headers);
  const writer = await bodies.writer();
  try {
    const digests = await drain(request.body, expected, (chunk) => writer.write(chunk));
    return { ...digests, segment: await writer.finish() };
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

/** Reads a small body, such as an XML document, with the same checks. */
export async function receiveDocument(
  request: S3Request,
): Promise<{ body: Buffer; isVerified: boolean }> {
  const expected = expectations(request.headers);
  if (expected.length > MAX_DOCUMENT) {
    throw new Refusal('MaxMessageLengthExceeded', 'Your request was too big.');
  }
  const chunks: Buffer[] = [];
  await drain(request.body, expected, async (chunk) => void chunks.push(chunk));
  const isVerified = expected.md5 !== undefined || expected.checksum !== undefined;
  return { body: Buffer.concat(chunks), isVerified };
}

interface Expectations {
  length: number;
  isChunked: boolean;
  md5?: Buffer;
  /** Hex. */
  sha256?: string;
  /** The value is in a header, or in the trailer of that name. */
  checksum?: { algorithm: Algorithm; value?: string; trailer?: string };
}

function expectations(headers: IncomingHttpHeaders): Expectations {
  const content = header(headers, 'x-amz-content-sha256');
  const isChunked = content?.startsWith('STREAMING-') ?? false;
  const name = isChunked ? 'x-amz-decoded-content-length' : 'content-length';
  const length = header(headers, name);
  if (length === undefined || !/^\d{1,15}$/.test(length)) {
    throw new Refusal(
      'MissingContentLength',
      'You must provide the Content-Length HTTP header.',
      411,
    );
  }
  const expected: Expectations = { length: Number(length), isChunked };
  if (expected.length > MAX_PUT) {
    throw new Refusal('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size');
  }
  if (content !== undefined && /^[0-9a-f]{64}$/.test(content)) expected.sha256 = content;
  else if (content !== undefined && !isChunked && content !== 'UNSIGNED-PAYLOAD') {
    throw invalidArgument(
      'x-amz-content-sha256',
      content,
      'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.',
    );
  }
  const md5 = header(headers, 'content-md5');
  if (md5 !== undefined) {
    expected.md5 = Buffer.from(md5, 'base64');
    if (expected.md5.length !== DIGEST_LENGTH.md5 || expected.md5.toString('base64') !== md5) {
      throw new Refusal('InvalidDigest', 'The Content-MD5 you specified was invalid.');
    }
  }
  const checksum = expectedChecksum(headers);
  if (checksum !== undefined) expected.checksum = checksum;
  return expected;
}

function expectedChecksum(headers: IncomingHttpHeaders): Expectations['checksum'] {
  const inHeader = ALGORITHMS.filter((each) => headers[`x-amz-checksum-${each}`] !== undefined);
  const trailer = header(headers, 'x-amz-trailer')?.toLowerCase();
  const inTrailer = ALGORITHMS.find((each) => trailer === `x-amz-checksum-${each}`);
  if (inHeader.length + (trailer === undefined ? 0 : 1) > 1) {
    throw invalidRequest(
      'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    );
  }
  if (trailer !== undefined && inTrailer === undefined) {
    throw invalidRequest('The value specified in the x-amz-trailer header is not supported');
  }
  const [algorithm] = inHeader;
  const declared = header(headers, 'x-amz-sdk-checksum-algorithm')?.toLowerCase();
  if (declared !== undefined && algorithm === undefined && inTrailer === undefined) {
    throw invalidRequest(
      'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
    );
  }
  if (declared !== undefined && declared !== (algorithm ?? inTrailer)) {
    throw invalidRequest('Value for x-amz-sdk-checksum-algorithm header is invalid.');
  }
  if (inTrailer !== undefined && trailer !== undefined) return { algorithm: inTrailer, trailer };
  if (algorithm === undefined) return undefined;
  const value = header(headers, `x-amz-checksum-${algorithm}`) ?? '';
  return { algorithm, value: validChecksum(algorithm, value) };
}

function validChecksum(algorithm: Algorithm, value: string): string {
  const bytes = Buffer.from(value, 'base64');
  if (bytes.length !== DIGEST_LENGTH[algorithm] || bytes.toString('base64') !== value) {
    throw invalidRequest(`Value for x-amz-checksum-${algorithm} header is invalid.`);
  }
  return value;
}

async function drain(
  body: AsyncIterable<Buffer>,
  expected: Expectations,
  take: (chunk: Buffer) => Promise<void>,
): Promise<Digests> {
  const trailers = new Map<string, string>();
  const md5 = hasher('md5');
  const sha256 = expected.sha256 === undefined ? undefined : hasher('sha256');
  const named = expected.checksum && hasher(expected.checksum.algorithm);
  let size = 0;
  for await (const chunk of expected.isChunked ? decodeChunked(body, trailers) : body) {
    size += chunk.length;
    if (size > expected.length) throw incomplete();
    md5.update(chunk);
    sha256?.update(chunk);
    named?.update(chunk);
    await take(chunk);
  }
  if (size !== expected.length) throw incomplete();
  const digests: Digests = { md5: md5.digest() };
  if (expected.md5 !== undefined && !expected.md5.equals(digests.md5)) {
    throw badDigest('Content-MD5', 'what we received');
  }
  if (sha256 !== undefined && sha256.digest().toString('hex') !== expected.sha256) {
    throw new Refusal(
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  }
  if (expected.checksum !== undefined && named !== undefined) {
    const { algorithm, trailer } = expected.checksum;
    const given = trailer === undefined ? expected.checksum.value : trailers.get(trailer);
    if (given === undefined) {
      throw new Refusal(
        'MalformedTrailerError',
        'The request contained trailing data that was not well-formed or did not conform to our published schema.',
      );
    }
    const value = named.digest().toString('base64');
    if (validChecksum(algorithm, given) !== value) {
      throw badDigest(algorithm.toUpperCase(), 'the calculated checksum');
    }
    digests.checksum = { algorithm, value };
  }
  return digests;
}

function badDigest(what: string, against: string): Refusal {
  return new Refusal('BadDigest', `The ${what} you specified did not match ${against}.`);
}
