import type { IncomingMessage } from 'node:http';

import type { Call } from './access.ts';
import type { Identified } from './caller.ts';
import type { Refusal } from './refusal.ts';
import type { Reply } from './reply.ts';

/** A request, read far enough to know its operation. */
export interface Prepared {
  /** The name under which it is counted: `s3:GetObject`. */
  operation: string;
  /** What the credential scope must name. */
  service: string;
  identified: Identified;
  run(call: Call, body: AsyncIterable<Buffer>): Promise<Reply>;
}

/** The protocol of a family of services: AWS JSON 1.1, its query protocol, or S3's REST and XML. */
export interface Dialect {
  /** `body` is for a dialect that finds the operation in it. */
  prepare(
    request: IncomingMessage,
    now: number,
    body: AsyncIterable<Buffer>,
  ): Prepared | Promise<Prepared>;
  /** Headers of every answer. */
  identify(requestId: string): Record<string, string>;
  refuse(refusal: Refusal, request: IncomingMessage, requestId: string): Reply;
  anonymous(): Refusal;
  malformed(why: string): Refusal;
  expired(): Refusal;
  wrongService(wanted: string, found: string): Refusal;
  throttled(operation: string): Refusal;
  failed(operation: string): Refusal;
}
