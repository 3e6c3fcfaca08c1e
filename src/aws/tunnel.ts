import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import type { Proxy } from './proxies.ts';
import { ProxyRefusal } from './proxy-refusal.ts';

/** Agents that reach hosts through a proxy; they trust `certificates`, if there are any. */
export function agentsThrough(
  proxy: Proxy,
  certificates: string[] | undefined,
): { httpAgent: Agent; httpsAgent: Agent } {
  const options = {
    keepAlive: true,
    maxSockets: Infinity,
    ...(certificates && { ca: certificates }),
  };
  return {
    httpAgent: new HttpProxyAgent(proxy.url, options),
    httpsAgent: new Tunnel(proxy.url, options),
  };
}

/** Asks the proxy for a connection to the host, and encrypts from here to there. */
class Tunnel extends HttpsProxyAgent<string> {
  readonly #certificates: string[] | undefined;

  constructor(proxy: URL, options: { ca?: string[] }) {
    super(proxy, options);
    this.#certificates = options.ca;
  }

  // The agent trusts `ca` only for the connection to the proxy itself, and passes the proxy's
  // refusal on as if the host had sent it.
  override async connect(
    request: ClientRequest,
    options: Parameters<HttpsProxyAgent<string>['connect']>[1],
  ) {
    let status = 200;
    request.once('proxyConnect', (answer: IncomingMessage) => {
      status = answer.statusCode ?? 0;
    });
    const trust = this.#certificates && { ca: this.#certificates };
    const socket = await super.connect(request, { ...options, ...trust });
    if (status === 200) return socket;
    socket.destroy();
    throw new ProxyRefusal(status);
  }
}
