import type { IncomingMessage } from 'node:http';

import { identify } from '../caller.ts';
import type { Dialect, Prepared } from '../dialect.ts';
import { Refusal } from '../refusal.ts';
import type { ObjectStore } from './model.ts';
import { invalidRequest, notImplemented, parseTarget } from './request.ts';
import type { Target } from './request.ts';
import { findRoute } from './routes.ts';
import { document } from './xml.ts';

/** S3's REST: the operation is in the method, the path and the query; errors are XML. */
export function s3Dialect(store: ObjectStore): Dialect {
  return {
    prepare: (request, now) => prepare(store, request, now),
    identify: (requestId) => ({
      'x-amz-request-id': requestId,
      'x-amz-id-2': Buffer.from(requestId).toString('base64'),
      'content-type': 'application/xml',
    }),
    refuse(refusal, request, requestId) {
      const [path = ''] = (request.url ?? '').split('?');
      return {
        status: refusal.status,
        headers: refusal.headers,
        body: document(
          'Error',
          {
            Code: refusal.code,
            Message: refusal.message,
            ...refusal.details,
            Resource: path,
            RequestId: requestId,
            HostId: Buffer.from(requestId).toString('base64'),
          },
          false,
        ),
      };
    },
    anonymous: () => new Refusal('AccessDenied', 'Access Denied', 403),
    malformed: (why) =>
      new Refusal('AuthorizationHeaderMalformed', `The authorization header is malformed; ${why}`),
    expired: () => new Refusal('AccessDenied', 'Request has expired', 403),
    wrongService: (wanted, found) =>
      new Refusal(
        'AuthorizationHeaderMalformed',
        `The authorization header is malformed; incorrect service "${found}". This endpoint belongs to "${wanted}".`,
      ),
    throttled: () => new Refusal('SlowDown', 'Please reduce your request rate.', 503),
    failed: () =>
      new Refusal('InternalError', 'We encountered an internal error. Please try again.', 500),
  };
}

function prepare(store: ObjectStore, request: IncomingMessage, now: number): Prepared {
  const { headers, method = '', url = '/' } = request;
  const target = targetOf(url, headers.host);
  const isCopy = headers['x-amz-copy-source'] !== undefined;
  const route = target instanceof Refusal ? undefined : findRoute(method, target, isCopy);
  const query = target instanceof Refusal ? new URLSearchParams() : target.query;
  return {
    operation: `s3:${route?.name ?? 'Unknown'}`,
    service: 's3',
    identified: identify(headers, query, now),
    async run(call, body) {
      if (target instanceof Refusal) throw target;
      if (route === undefined) throw notImplemented(`${method} ${url.split('?')[1] ?? ''}`);
      const isPresigned = headers.authorization === undefined;
      const owner = headers['x-amz-expected-bucket-owner'];
      const bucket = store.buckets.get(target.bucket);
      if (owner !== undefined && bucket !== undefined && owner !== bucket.owner) {
        throw new Refusal('AccessDenied', 'Access Denied', 403);
      }
      if (headers['x-amz-content-sha256'] === undefined && !isPresigned) {
        throw invalidRequest('Missing required header for this request: x-amz-content-sha256');
      }
      return route.run(store, { ...target, headers, call, body });
    },
  };
}

/** Refuses an invalid path only after the caller is known. */
function targetOf(url: string, host: string | undefined): Target | Refusal {
  try {
    return parseTarget(url, host);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}
