import type { IncomingMessage } from 'node:http';

import { identify } from '../caller.ts';
import type { Identified } from '../caller.ts';
import type { Dialect, Prepared } from '../dialect.ts';
import { Refusal } from '../refusal.ts';
import { render } from '../s3/xml.ts';
import type { Identities } from '../identities.ts';
import { OPERATIONS } from './service.ts';

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';
const MAX_BODY = 64 * 1024;

/** Whether a request is a form, as the services with AWS's query protocol take it. */
export function isForm({ method, headers }: IncomingMessage): boolean {
  const type = headers['content-type'] ?? '';
  return method === 'POST' && type.startsWith('application/x-www-form-urlencoded');
}

/** AWS's query protocol: the operation is in the form of the body, and answers are XML. */
export function stsDialect(identities: Identities): Dialect {
  return {
    async prepare(request, now, body): Promise<Prepared> {
      const input = new URLSearchParams(await collect(body));
      const operation = input.get('Action') ?? '';
      const handler = Object.hasOwn(OPERATIONS, operation) ? OPERATIONS[operation] : undefined;
      const isUnsigned = operation === 'AssumeRoleWithWebIdentity';
      return {
        operation: `sts:${operation}`,
        service: isUnsigned ? '' : 'sts',
        identified: isUnsigned ? ANYBODY : identify(request.headers, new URLSearchParams(), now),
        run(call) {
          if (!handler) {
            throw new Refusal('InvalidAction', `The sandbox does not know the action ${operation}`);
          }
          const result = render({ [`${operation}Result`]: handler(identities, input, call) });
          return Promise.resolve({
            body: envelope(`${operation}Response`, result, call.requestId),
          });
        },
      };
    },
    identify: (requestId) => ({ 'x-amzn-requestid': requestId, 'content-type': 'text/xml' }),
    refuse: ({ code, message, status }, _, requestId) => ({
      status,
      body: `<ErrorResponse xmlns="${NAMESPACE}">${render({
        Error: { Type: status < 500 ? 'Sender' : 'Receiver', Code: code, Message: message },
        RequestId: requestId,
      })}</ErrorResponse>`,
    }),
    anonymous: () =>
      new Refusal('MissingAuthenticationToken', 'Request is missing Authentication Token', 403),
    malformed: (why) => new Refusal('IncompleteSignature', why),
    expired: () => new Refusal('SignatureDoesNotMatch', 'Signature expired', 403),
    wrongService: (wanted) =>
      new Refusal(
        'SignatureDoesNotMatch',
        `Credential should be scoped to correct service: '${wanted}'.`,
        403,
      ),
    throttled: () => new Refusal('Throttling', 'Rate exceeded'),
    failed: () => new Refusal('InternalFailure', 'An internal error occurred.', 500),
  };
}

const ANYBODY: Identified = {
  kind: 'caller',
  caller: { accessKeyId: 'anybody', region: '', service: 'sts' },
};

function envelope(root: string, result: string, requestId: string): string {
  const metadata = render({ ResponseMetadata: { RequestId: requestId } });
  return `<${root} xmlns="${NAMESPACE}">${result}${metadata}</${root}>`;
}

async function collect(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MAX_BODY) throw new Refusal('RequestEntityTooLarge', 'The body is too large', 413);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
