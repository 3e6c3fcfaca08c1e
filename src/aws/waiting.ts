import { setMaxListeners } from 'node:events';
import type { HttpRequest, HttpResponse } from '@smithy/core/protocols';
import { AdaptiveRetryStrategy } from '@smithy/core/retry';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { CofferError } from '../errors.ts';
import type { Limit, NetworkFailure } from './errors.ts';
import type { Limits } from './limits.ts';

/** A body above this may take as long as it likes, as long as its bytes move. */
const LARGE_BYTES = 64 * 1024;

/** Enough for throttling to pass; with its backoff a dead network is still reported in seconds. */
const MAX_ATTEMPTS = 7;

type Options = NonNullable<Parameters<NodeHttpHandler['handle']>[1]>;

/** Sends requests, and gives up those that wait too long. Its errors name the host. */
export class PatientHandler extends NodeHttpHandler {
  readonly #limits: Limits;
  readonly #interruption: AbortSignal | undefined;

  constructor(limits: Limits, interruption?: AbortSignal) {
    // The number of calls at once is bounded elsewhere; waiting for a socket is no waiting for AWS.
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
      // The SDK's clock for the answer runs while the request's body is on its way.
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

  /** Aborts a while after coffer was interrupted: what is under way may end well till then. */
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
      silence: `${host} fell silent for ${time}`,
      whole: `${host} did not finish its answer within ${time}`,
      interrupted: `interrupted while waiting for ${host}`,
    }[limit];
    return { name: 'TimeoutError', message, host, limit };
  }
}

/** The SDK tells its limits apart by nothing but their messages. */
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

/** S3 puts parts together for minutes, and sends blanks meanwhile. */
function isCompletion({ method, query }: HttpRequest): boolean {
  return method === 'POST' && query['uploadId'] !== undefined;
}

/** Begins a call anew as the SDK does, but only once when AWS kept it waiting. */
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

/** Ends a search for credentials that leads nowhere, such as to a service that never answers. */
export function findInTime<In extends unknown[], Out>(
  find: (...args: In) => Promise<Out>,
  { credentials: limit }: Limits,
): (...args: In) => Promise<Out> {
  return async (...args) => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const error = new CofferError(
        'credentials',
        `no AWS credentials were found within ${limit / 1000} s`,
        { hint: 'what the profile or the environment names for them does not answer' },
      );
      timer = setTimeout(() => reject(error), limit);
    });
    return Promise.race([find(...args), late]).finally(() => clearTimeout(timer));
  };
}
