import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { checksumOf } from '../../../src/stores/s3/checksum.ts';
import { createObjectStore } from '../../../src/stores/s3/objects.ts';
import { startServer } from '../../support/bad-server.ts';
import { MIB } from '../../support/put.ts';
import { sessionAt } from '../../support/services.ts';

const PARTS = 6;

test('sends the parts of an upload over the connections that it has', async () => {
  const sockets = new Set<Socket>();
  let sent = 0;
  const server = await startServer((request, response) => {
    request.resume().once('end', () => {
      response.setHeader('etag', '"e"');
      if (request.method === 'PUT') {
        sent++;
        sockets.add(request.socket);
        response.end();
      } else if (request.url?.includes('uploadId=')) {
        response.end(
          '<CompleteMultipartUploadResult><ETag>"e"</ETag></CompleteMultipartUploadResult>',
        );
      } else {
        response.end(
          '<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>',
        );
      }
    });
  });
  const bytes = Buffer.alloc(PARTS * 8 * MIB);
  const content = {
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    read: (offset: number, length: number) =>
      Promise.resolve(bytes.subarray(offset, offset + length)),
  };
  const object = { ...content, metadata: {}, checksum: await checksumOf(content) };
  const store = createObjectStore(sessionAt(server.url), 'us-east-1');
  expect(await store.put('bucket', 'key', object, {})).toBe(true);
  expect(sent).toBe(PARTS);
  expect(sockets.size).toBeLessThanOrEqual(4);
});
