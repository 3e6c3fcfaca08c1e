import type { S3Client } from '@aws-sdk/client-s3';

/** What the signature says of the body; S3 refuses a body with another SHA-256. */
const PAYLOAD_HEADER = 'x-amz-content-sha256';

/**
 * Has a client sign the SHA-256 that a command already names for its body. The SDK would compute the
 * same one again.
 */
export function signedByChecksum(client: S3Client): S3Client {
  client.middlewareStack.add(
    (next) => (args) => {
      const { request, input } = args as { request: unknown; input: { ChecksumSHA256?: string } };
      const { headers, body } = request as { headers: Record<string, string>; body?: unknown };
      // CompleteMultipartUpload names that of the whole object, which is not in its body.
      if (input.ChecksumSHA256 !== undefined && Buffer.isBuffer(body)) {
        headers[PAYLOAD_HEADER] = Buffer.from(input.ChecksumSHA256, 'base64').toString('hex');
      }
      return next(args);
    },
    { step: 'build', name: 'cofferSignedChecksum' },
  );
  return client;
}
