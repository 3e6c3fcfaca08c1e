import { setMaxListeners } from 'node:events';
import type { HttpRequest, HttpResponse } from '@smithy/core/protocols';
import { AdaptiveRetryStrategy } from '@smithy/core/retry';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { CofferError } from '../errors.ts';
import type { Limit, NetworkFailure } from './errors.ts';
import type { Limits } from './limits.ts';

/** A body larger than this has no time limit while its bytes arrive. */
const LARGE_BYTES = 64 * 1024;

/** Enough for throttling to pass; with backoff, a dead network is still reported in seconds. */
const MAX_ATTEMPTS = 7;

type Options = NonNullable<Parameters<NodeHttpHandler['handle']>[1]>;

/** Sends requests, and aborts those that wait too long. Its errors name the host. */
export class PatientHandler extends NodeHttpHandler {
  readonly #limits: Limits;
  readonly #interruption: AbortSignal | undefined;

  constructor(limits: Limits, interruption?: AbortSignal) {
    // Concurrency is limited elsewhere; waiting for a socket must not count as waiting for AWS.
    const agent = { keepAlive: true, maxSockets: Infinity };
    super({
      connectionTimeout: limits.connect,
      requestTimeout: limits.answer,
      throwOnRequestTimeout: true,
      socketTimeout: limits.silence,
      httpAgent: agent,
      httpsAgent: agent,
    });
    this.#limits = limits;
    this.#interruption = interruption;
    if (interruption) setMaxListeners(0, interruption);
  }

  override async handle(
    request: HttpRequest,
    options: Options = {},
  ): Promise<{ response: HttpResponse }> {
    const started = performance.now();
    const isUpload = isLarge(request.headers);
    const deadline = this.#watchInterruption();
    const explain = (error: NetworkFailure) => {
      const facts = deadline.signal.aborted
        ? this.#describe('interrupted', request)
        : this.#explain(error, request);
      return Object.assign(error, facts);
    };
    try {
      // The SDK's limit for the answer already runs while the request's body is sent.
      const noLimit = isUpload ? { requestTimeout: 0 } : {};
      const { response } = await super.handle(request, {
        abortSignal: deadline.signal,
        ...options,
        ...noLimit,
      });
      const body = response.body as NodeJS.ReadStream;
      body.once('error', explain).once('close', deadline.forget);
      if (!isUpload && !isCompletion(request) && !isLarge(response.headers)) {
        const rest = this.#limits.whole - (performance.now() - started);
        const giveUp = () =>
          body.destroy(Object.assign(new Error(), this.#describe('whole', request)));
        const timer = setTimeout(giveUp, rest).unref();
        body.once('close', () => clearTimeout(timer));
      }
      return { response };
    } catch (error) {
      deadline.forget();
      throw error instanceof Error ? explain(error) : error;
    }
  }

  /** Aborts a while after an interruption, so that running calls can finish. */
  #watchInterruption(): { signal: AbortSignal; forget: () => void } {
    const controller = new AbortController();
    const interruption = this.#interruption;
    let timer: NodeJS.Timeout | undefined;
    const begin = () => {
      timer = setTimeout(() => controller.abort(), this.#limits.interrupted);
    };
    if (interruption?.aborted) begin();
    else interruption?.addEventListener('abort', begin, { once: true });
    const forget = () => {
      clearTimeout(timer);
      interruption?.removeEventListener('abort', begin);
    };
    return { signal: controller.signal, forget };
  }

  #explain(error: NetworkFailure, request: HttpRequest): Partial<NetworkFailure> {
    if (error.limit) return {};
    const limit = limitOf(error);
    return limit ? this.#describe(limit, request) : { host: nameOf(request) };
  }

  #describe(limit: Limit, request: HttpRequest): NetworkFailure {
    const host = nameOf(request);
    const time = `${this.#limits[limit] / 1000} s`;
    const message = {
      connect: `no connection to ${host} within ${time}`,
      answer: `no answer from ${host} within ${time}`,
      silence: `${host} sent nothing for ${time}`,
      whole: `${host} did not finish its answer within ${time}`,
      interrupted: `interrupted while waiting for ${host}`,
    }[limit];
    return { name: 'TimeoutError', message, host, limit };
  }
}

/** The SDK's limits differ only by their messages. */
function limitOf({ message }: Error): Limit | undefined {
  if (message.includes('did not establish a connection')) return 'connect';
  if (message.includes('requestTimeout')) return 'answer';
  return message.includes('of inactivity') ? 'silence' : undefined;
}

function nameOf({ hostname, port }: HttpRequest): string {
  return port === undefined ? hostname : `${hostname}:${port}`;
}

function isLarge(headers: Readonly<Record<string, string>>): boolean {
  return Number(headers['content-length'] ?? 0) > LARGE_BYTES;
}

/** S3 joins parts for minutes, and sends blanks in the meantime. */
function isCompletion({ method, query }: HttpRequest): boolean {
  return method === 'POST' && query['uploadId'] !== undefined;
}

/** Retries a call as the SDK does, but only once after a timeout. */
export class Retries extends AdaptiveRetryStrategy {
  constructor() {
    super(MAX_ATTEMPTS);
  }

  override async refreshRetryTokenForRetry(
    ...[token, info]: Parameters<AdaptiveRetryStrategy['refreshRetryTokenForRetry']>
  ) {
    const { limit } = info.error as NetworkFailure;
    const isFinal = limit === 'whole' || limit === 'interrupted';
    if (isFinal || (limit && token.getRetryCount() > 0)) throw info.error;
    return super.refreshRetryTokenForRetry(token, info);
  }
}

/** Limits the search for credentials, for example from a service that never answers. */
export function findInTime<In extends unknown[], Out>(
  find: (...args: In) => Promise<Out>,
  { credentials: limit }: Limits,
): (...args: In) => Promise<Out> {
  return async (...args) => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const error = new CofferError(
        'credentials',
        `found no AWS credentials within ${limit / 1000} s`,
        {
          hint: 'check the source of credentials that the profile or the environment names: it does not answer',
        },
      );
      timer = setTimeout(() => reject(error), limit);
    });
    return Promise.race([find(...args), late]).finally(() => clearTimeout(timer));
  };
}
