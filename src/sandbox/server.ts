import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { Call } from './access.ts';
import type { Access } from './access.ts';
import type { Caller } from './caller.ts';
import { CONTROL } from './control.ts';
import type { Control } from './control.ts';
import type { Dialect, Prepared } from './dialect.ts';
import type { Faults } from './faults.ts';
import { Refusal } from './refusal.ts';
import { send } from './reply.ts';
import type { Reply } from './reply.ts';
import { isForm } from './sts/dialect.ts';

export interface Parts {
  json: Dialect;
  s3: Dialect;
  sts: Dialect;
  faults: Faults;
  access: Access;
  control: Control;
}

export interface RunningServer {
  port: number;
  /** Aborts running requests, and waits until they no longer use the state. */
  close(): Promise<void>;
}

export async function serve(parts: Parts, port: number): Promise<RunningServer> {
  const closing = new AbortController();
  setMaxListeners(0, closing.signal);
  const underWay = new Set<Promise<void>>();
  const accept = (request: IncomingMessage, response: ServerResponse, mayWait = false) => {
    const { socket } = request;
    const exchange = { request, response, socket, mayWait, closing: closing.signal };
    const work = answer(parts, exchange)
      .catch(() => socket.destroy())
      .then(() => void underWay.delete(work));
    underWay.add(work);
  };
  const server = createServer((request, response) => accept(request, response));
  server.on('checkContinue', (request, response) => accept(request, response, true));
  // Uploads have no time limit, and clients reuse connections after a pause.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 120_000;
  await listen(server, port);
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    async close() {
      closing.abort();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await Promise.all(underWay);
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  socket: Socket;
  /** The client waits for "100 Continue" before it sends the body. */
  mayWait: boolean;
  closing: AbortSignal;
}

async function answer(parts: Parts, exchange: Exchange): Promise<void> {
  const { request, response } = exchange;
  const body = bodyOf(exchange);
  const [path = '/'] = (request.url ?? '/').split('?');
  if (path.startsWith(CONTROL)) {
    await send(response, await parts.control.answer(request.method ?? '', path, body));
    return;
  }
  const dialect = dialectFor(parts, request);
  const requestId = randomUUID();
  let reply: Reply | 'reset';
  try {
    reply = await perform(parts, dialect, exchange, requestId, body);
  } catch (error) {
    // The client left, or the sandbox is closing: no answer is needed.
    if (exchange.socket.destroyed || exchange.closing.aborted) throw error;
    const refusal = error instanceof Refusal ? error : dialect.failed('');
    reply = dialect.refuse(refusal, request, requestId);
  }
  if (reply === 'reset') {
    exchange.socket.destroy();
    return;
  }
  const headers: Record<string, string> = { ...dialect.identify(requestId), ...reply.headers };
  // A client that got no "100 Continue" may still send its body, which is not a request.
  if (exchange.mayWait && !request.readableDidRead) headers['connection'] = 'close';
  // The rest of a refused body must not block the connection.
  if (request.readableDidRead && !request.complete) request.resume();
  await send(response, { ...reply, headers });
}

function dialectFor({ json, s3, sts }: Parts, request: IncomingMessage): Dialect {
  if (request.headers['x-amz-target'] !== undefined) return json;
  return isForm(request) ? sts : s3;
}

async function perform(
  { faults, access, control }: Parts,
  dialect: Dialect,
  { request, closing }: Exchange,
  requestId: string,
  body: AsyncIterable<Buffer>,
): Promise<Reply | 'reset'> {
  const prepared = await dialect.prepare(request, Date.now(), body);
  const { operation, identified } = prepared;
  control.count(operation);
  const known = identified.kind === 'caller' ? identified.caller : undefined;
  const fate = faults.decide(operation, known, Date.now());
  const { latencyMs } = faults.settings;
  if (latencyMs > 0) await sleep(latencyMs, undefined, { signal: closing });
  const caller = callerOf(prepared, dialect);
  if (fate === 'throttle') throw dialect.throttled(operation);
  if (fate === 'error') throw dialect.failed(operation);
  if (fate === 'reset-before') return 'reset';
  const reply = await prepared.run(new Call(access, caller, requestId, Date.now()), body);
  return fate === 'reset-after' ? 'reset' : reply;
}

function callerOf({ identified, service }: Prepared, dialect: Dialect): Caller {
  if (identified.kind === 'anonymous') throw dialect.anonymous();
  if (identified.kind === 'malformed') throw dialect.malformed(identified.why);
  if (identified.kind === 'expired') throw dialect.expired();
  const { caller } = identified;
  if (service !== '' && caller.service !== service) {
    throw dialect.wrongService(service, caller.service);
  }
  return caller;
}

/** The request's body; sends "100 Continue" to a waiting client when it is read. */
async function* bodyOf({ request, response, mayWait }: Exchange): AsyncGenerator<Buffer> {
  if (mayWait) response.writeContinue();
  // A refusal half-way must not destroy the connection that it needs.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) yield chunk as Buffer;
}
