import { identify } from '../caller.ts';
import type { Dialect } from '../dialect.ts';
import { Refusal } from '../refusal.ts';
import { parseFields } from './fields.ts';
import type { JsonService } from './service.ts';

const MAX_BODY = 1024 * 1024;

/** The services' names for an internal error. */
const FAILURES: Readonly<Record<string, string>> = {
  kms: 'KMSInternalException',
  secretsmanager: 'InternalServiceError',
};

/** AWS JSON 1.1: `X-Amz-Target` names the operation, errors carry `__type`. */
export function jsonDialect(services: Readonly<Record<string, JsonService>>): Dialect {
  return {
    prepare(request, now) {
      const target = String(request.headers['x-amz-target']);
      const [prefix = '', operation = ''] = target.split('.');
      const service = Object.hasOwn(services, prefix) ? services[prefix] : undefined;
      return {
        operation: `${service?.name ?? prefix}:${operation}`,
        service: service?.name ?? '',
        identified: identify(request.headers, new URLSearchParams(), now),
        async run(call, body) {
          if (service === undefined) {
            throw new Refusal(
              'UnknownOperationException',
              `The sandbox does not know the service of ${target}`,
            );
          }
          const answer = service.run(operation, parseFields(await collect(body)), call);
          return { body: answer === undefined ? '' : JSON.stringify(answer) };
        },
      };
    },
    identify: (requestId) => ({
      'x-amzn-requestid': requestId,
      'content-type': 'application/x-amz-json-1.1',
    }),
    refuse: ({ code, message, status }) => ({
      status,
      body: JSON.stringify(message === '' ? { __type: code } : { __type: code, message }),
    }),
    anonymous: () =>
      new Refusal('MissingAuthenticationTokenException', 'Missing Authentication Token'),
    malformed: (why) => new Refusal('IncompleteSignatureException', why),
    expired: () => new Refusal('InvalidSignatureException', 'Signature expired'),
    wrongService: (wanted) =>
      new Refusal(
        'InvalidSignatureException',
        `Credential should be scoped to correct service: '${wanted}'.`,
      ),
    throttled: (operation) =>
      new Refusal(
        'ThrottlingException',
        operation.startsWith('kms:')
          ? 'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.'
          : 'Rate exceeded',
      ),
    failed: (operation) => {
      const [service = ''] = operation.split(':');
      const code = FAILURES[service] ?? 'InternalServerError';
      return new Refusal(code, 'An error occurred on the server side.', 500);
    },
  };
}

async function collect(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MAX_BODY) {
      throw new Refusal('RequestEntityTooLargeException', 'The request body is too large', 413);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
