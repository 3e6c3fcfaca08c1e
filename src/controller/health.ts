import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { CofferError } from '../errors.ts';

export interface HealthServer {
  port: number;
  close: () => Promise<void>;
}

/** What the answers say. */
interface Probes {
  isReady: () => boolean;
  metrics: () => string;
}

/**
 * Serves /healthz (this process answers), /readyz and /metrics.
 * @param address `host:port`; port 0 is any free one
 * @throws CofferError `usage` if it cannot listen there
 */
export async function serveHealth(
  address: string,
  { isReady, metrics }: Probes,
): Promise<HealthServer> {
  const [, host, port] = /^(?:\[?([^\]]*?)\]?:)?(\d{1,5})$/.exec(address) ?? [];
  if (port === undefined || Number(port) > 65_535) {
    throw new CofferError('usage', `--health ${address} is not HOST:PORT`, {
      hint: 'for example 127.0.0.1:8080, or 0.0.0.0:8080 for the probes of a pod',
    });
  }
  const server = http.createServer(({ url }, answer) => {
    const say = (status: number, text: string) => {
      answer.writeHead(status, { 'content-type': 'text/plain; version=0.0.4' }).end(text);
    };
    if (url === '/healthz') return say(200, 'ok\n');
    if (url === '/readyz') return isReady() ? say(200, 'ok\n') : say(503, 'not ready\n');
    return url === '/metrics' ? say(200, metrics()) : say(404, 'not found\n');
  });
  const listening = once(server, 'listening');
  server.listen(Number(port), host || '127.0.0.1');
  await listening.catch((cause: NodeJS.ErrnoException) => {
    throw new CofferError('usage', `cannot listen on ${address} (${cause.code})`, {
      hint: 'choose another address with --health',
      cause,
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
