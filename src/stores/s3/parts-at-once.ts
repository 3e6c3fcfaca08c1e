import type { S3Client } from '@aws-sdk/client-s3';

/**
 * Has a client send the parts of an upload at once. The SDK would ask S3 first whether it wants each
 * of them, over a new connection each time. S3 took the upload that they belong to, so it wants them.
 */
export function sendingPartsAtOnce(client: S3Client): S3Client {
  client.middlewareStack.add(
    (next) => (args) => {
      if ('PartNumber' in args.input) {
        const { headers } = args.request as { headers: Record<string, string> };
        delete headers['Expect'];
      }
      return next(args);
    },
    // After the SDK has added the header.
    { step: 'build', priority: 'low', name: 'cofferPartsAtOnce' },
  );
  return client;
}
