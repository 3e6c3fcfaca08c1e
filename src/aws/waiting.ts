import { setMaxListeners } from 'node:events';
import type { HttpHandler, HttpRequest, HttpResponse } from '@smithy/core/protocols';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { CofferError } from '../errors.ts';
import type { Limit, NetworkFailure } from './network-errors.ts';
import type { Limits } from './limits.ts';
import { findProxy, shownProxy, type Proxy } from './proxies.ts';
import { ProxyRefusal } from './proxy-refusal.ts';
import { NO_SETUP, type Setup } from './setup.ts';
import { trustedCertificates } from './trust.ts';

const PROXY_AUTHENTICATION = 407;

/** A body larger than this has no time limit while its bytes arrive. */
const LARGE_BYTES = 64 * 1024;

type Options = NonNullable<Parameters<NodeHttpHandler['handle']>[1]>;

/**
 * Sends requests, through a proxy if the environment names one, and aborts those that wait too long.
 * Its errors name the host and the proxy.
 */
export class PatientHandler implements HttpHandler {
  readonly metadata = { handlerProtocol: 'http/1.1' };
  readonly #limits: Limits;
  readonly #interruption: AbortSignal | undefined;
  readonly #setup: Setup;
  /** One for each proxy, and one for requests without. */
  readonly #handlers = new Map<string, Promise<NodeHttpHandler>>();

  constructor(limits: Limits, interruption?: AbortSignal, setup = NO_SETUP) {
    this.#limits = limits;
    this.#interruption = interruption;
    this.#setup = setup;
    if (interruption) setMaxListeners(0, interruption);
  }

  destroy(): void {
    for (const handler of this.#handlers.values()) {
      void handler.then((made) => made.destroy()).catch(() => {});
    }
    this.#handlers.clear();
  }

  // The SDK would set its own time limits.
  updateHttpClientConfig(): void {}

  httpHandlerConfigs(): object {
    return {};
  }

  async handle(request: HttpRequest, options: Options = {}): Promise<{ response: HttpResponse }> {
    // `performance` would load Node's perf_hooks.
    const started = process.uptime();
    const isUpload = isLarge(request.headers);
    const proxy = findProxy(this.#setup.environment, request);
    const handler = await this.#handlerFor(proxy);
    const deadline = this.#watchInterruption();
    const way: Way = { host: nameOf(request), proxy: proxy && shownProxy(proxy) };
    const explain = (error: NetworkFailure) => {
      const facts = deadline.signal.aborted
        ? this.#describe('interrupted', way)
        : this.#explain(error, way);
      return Object.assign(error, facts);
    };
    try {
      // The SDK's limit for the answer already runs while the request's body is sent.
      const noLimit = isUpload ? { requestTimeout: 0 } : {};
      const { response } = await handler.handle(request, {
        abortSignal: deadline.signal,
        ...options,
        ...noLimit,
      });
      if (proxy && response.statusCode === PROXY_AUTHENTICATION) {
        throw new ProxyRefusal(response.statusCode);
      }
      const body = response.body as NodeJS.ReadStream;
      body.once('error', explain).once('close', deadline.forget);
      if (!isUpload && !isCompletion(request) && !isLarge(response.headers)) {
        const rest = this.#limits.whole - (process.uptime() - started) * 1000;
        const giveUp = () => body.destroy(Object.assign(new Error(), this.#describe('whole', way)));
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

  #explain(error: NetworkFailure, way: Way): Partial<NetworkFailure> {
    if (error.limit) return {};
    const limit = limitOf(error);
    return limit ? this.#describe(limit, way) : way;
  }

  #describe(limit: Limit, way: Way): NetworkFailure {
    const host = way.proxy === undefined ? way.host : `${way.host} through the proxy ${way.proxy}`;
    const time = `${this.#limits[limit] / 1000} s`;
    const message = {
      connect: `no connection to ${host} within ${time}`,
      answer: `no answer from ${host} within ${time}`,
      silence: `${host} sent nothing for ${time}`,
      whole: `${host} did not finish its answer within ${time}`,
      interrupted: `interrupted while waiting for ${host}`,
    }[limit];
    return { name: 'TimeoutError', message, ...way, limit };
  }

  #handlerFor(proxy: Proxy | undefined): Promise<NodeHttpHandler> {
    const key = proxy?.url.href ?? '';
    const handler = this.#handlers.get(key) ?? this.#createHandler(proxy);
    this.#handlers.set(key, handler);
    return handler;
  }

  async #createHandler(proxy: Proxy | undefined): Promise<NodeHttpHandler> {
    const certificates = await trustedCertificates(this.#setup);
    // Concurrency is limited elsewhere; waiting for a socket must not count as waiting for AWS.
    const agent = { keepAlive: true, maxSockets: Infinity };
    const agents = proxy
      ? (await import('./tunnel.ts')).agentsThrough(proxy, certificates)
      : { httpAgent: agent, httpsAgent: { ...agent, ...(certificates && { ca: certificates }) } };
    return new NodeHttpHandler({
      connectionTimeout: this.#limits.connect,
      requestTimeout: this.#limits.answer,
      throwOnRequestTimeout: true,
      socketTimeout: this.#limits.silence,
      ...agents,
    });
  }
}

/** The way of a request, for messages. */
type Way = Pick<NetworkFailure, 'host' | 'proxy'>;

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

/** Limits the search for credentials, for example from a service that never answers. */
export async function findInTime<Found>(find: () => Promise<Found>, limit: number): Promise<Found> {
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
  return Promise.race([find(), late]).finally(() => clearTimeout(timer));
}
