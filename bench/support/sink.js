// An S3 that is never the bottleneck: objects stay in memory as the pieces in which they arrived,
// nothing is hashed or copied, and ranges are served from the same pieces. It takes whatever anybody
// sends, so it proves nothing about coffer: the tests do that against the sandbox and moto.
//
// `node bench/support/sink.js` prints its port. GET /_calls returns the calls by operation, DELETE
// /_calls forgets them, DELETE /_objects forgets all objects.
import { createHash, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { Readable } from 'node:stream';

/** By path: `{pieces, size, headers}`. */
const objects = new Map();
/** By upload id: the parts by number, and the headers of the object. */
const uploads = new Map();
let calls = {};

const server = createServer((request, response) => void answer(request, response));
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));

async function answer(request, response) {
  const { pathname, searchParams } = new URL(request.url, 'http://sink');
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  const body = { pieces, size: pieces.reduce((sum, { length }) => sum + length, 0) };
  const { method } = request;
  if (pathname.startsWith('/_')) return control(method, pathname, response);
  const [name, handle] = operationOf(method, searchParams) ?? ['Unknown', unknown];
  calls[name] = (calls[name] ?? 0) + 1;
  handle({ path: pathname, query: searchParams, headers: request.headers, body, response });
}

function control(method, pathname, response) {
  if (method === 'GET') return response.end(JSON.stringify(calls));
  if (pathname === '/_objects') objects.clear();
  calls = {};
  return response.end();
}

function operationOf(method, query) {
  if (query.has('uploads')) return ['s3:CreateMultipartUpload', create];
  if (query.has('uploadId')) {
    return {
      PUT: ['s3:UploadPart', putPart],
      POST: ['s3:CompleteMultipartUpload', complete],
      DELETE: ['s3:AbortMultipartUpload', abort],
    }[method];
  }
  return {
    PUT: ['s3:PutObject', put],
    HEAD: ['s3:HeadObject', get],
    GET: ['s3:GetObject', get],
    DELETE: ['s3:DeleteObject', remove],
  }[method];
}

function put({ path, headers, body, response }) {
  if (headers['if-none-match'] === '*' && objects.has(path)) return fail(response, 412);
  objects.set(path, { ...body, headers: keptHeaders(headers) });
  return response.writeHead(200, { etag: etag() }).end();
}

function create({ headers, response }) {
  const id = randomUUID();
  uploads.set(id, { parts: new Map(), headers: keptHeaders(headers) });
  const xml = `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`;
  return response.end(xml);
}

function putPart({ query, headers, body, response }) {
  const upload = uploads.get(query.get('uploadId'));
  if (!upload) return fail(response, 404);
  const sha256 = headers['x-amz-checksum-sha256'];
  upload.parts.set(Number(query.get('partNumber')), { ...body, sha256 });
  return response.writeHead(200, { etag: etag() }).end();
}

function complete({ path, query, headers, response }) {
  const upload = uploads.get(query.get('uploadId'));
  if (!upload) return fail(response, 404);
  if (headers['if-none-match'] === '*' && objects.has(path)) return fail(response, 412);
  uploads.delete(query.get('uploadId'));
  const parts = [...upload.parts].toSorted(([a], [b]) => a - b).map(([, part]) => part);
  const checksum = compositeOf(parts);
  objects.set(path, {
    pieces: parts.flatMap(({ pieces }) => pieces),
    size: parts.reduce((sum, { size }) => sum + size, 0),
    headers: { ...upload.headers, ...(checksum && { 'x-amz-checksum-sha256': checksum }) },
  });
  const xml = `<CompleteMultipartUploadResult><ETag>${etag()}</ETag></CompleteMultipartUploadResult>`;
  return response.end(xml);
}

function abort({ query, response }) {
  uploads.delete(query.get('uploadId'));
  return response.writeHead(204).end();
}

function remove({ path, response }) {
  objects.delete(path);
  return response.writeHead(204).end();
}

/** HEAD, GET and ranges: Node leaves out the body of an answer to HEAD. */
function get({ path, headers, response }) {
  const object = objects.get(path);
  if (!object) return fail(response, 404);
  const { size } = object;
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') ?? [];
  const start = Number(from ?? 0);
  const end = Math.min(size, to ? Number(to) + 1 : size);
  if (start >= end && size > 0) return fail(response, 416);
  response.writeHead(from === undefined ? 200 : 206, {
    etag: etag(),
    'last-modified': new Date(0).toUTCString(),
    'accept-ranges': 'bytes',
    'content-length': end - start,
    ...(from !== undefined && { 'content-range': `bytes ${start}-${end - 1}/${size}` }),
    ...object.headers,
  });
  if (response.req.method === 'HEAD') return response.end();
  return Readable.from(cut(object.pieces, start, end)).pipe(response);
}

/** The bytes from `start` to `end`, without a copy. */
function* cut(pieces, start, end) {
  let offset = 0;
  for (const piece of pieces) {
    const [first, last] = [Math.max(start - offset, 0), Math.min(end - offset, piece.length)];
    offset += piece.length;
    if (first >= last) continue;
    yield piece.subarray(first, last);
    if (offset >= end) return;
  }
}

function fail(response, status) {
  const code = { 404: 'NoSuchKey', 412: 'PreconditionFailed', 416: 'InvalidRange' }[status];
  return response.writeHead(status).end(`<Error><Code>${code}</Code></Error>`);
}

function unknown({ response }) {
  return response.writeHead(501).end('<Error><Code>NotImplemented</Code></Error>');
}

function keptHeaders(headers) {
  return Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) => name.startsWith('x-amz-meta-') || name === 'x-amz-checksum-sha256',
    ),
  );
}

/** As S3 computes it for an upload in parts; undefined where a part came without a checksum. */
function compositeOf(parts) {
  if (parts.some(({ sha256 }) => sha256 === undefined)) return undefined;
  const hash = createHash('sha256');
  for (const { sha256 } of parts) hash.update(Buffer.from(sha256, 'base64'));
  return `${hash.digest('base64')}-${parts.length}`;
}

/** One for all: nothing here changes under its reader. */
function etag() {
  return '"0123456789abcdef0123456789abcdef"';
}
