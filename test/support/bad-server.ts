import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';

/** A server that answers with `answer`, and the requests that it received. */
export async function startServer(
  answer: RequestListener,
): Promise<{ url: string; host: string; requests: string[] }> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no address');
  const host = `127.0.0.1:${address.port}`;
  return { url: `http://${host}`, host, requests };
}

/** Ways to keep a client waiting. */
export const HANGING: Readonly<Record<string, RequestListener>> = {
  'no answer': () => {},
  'nothing after the headers': (_, response) => announce(response),
  'a body that stops in the middle': (_, response) => announce(response).write('{"Paramet'),
};

function announce(response: ServerResponse): ServerResponse {
  response.writeHead(200, { 'content-length': '20', etag: '"e"' }).flushHeaders();
  return response;
}
