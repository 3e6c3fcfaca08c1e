import { connect, createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';

/**
 * A proxy to `endpoint` that breaks connections: each of the first `times` that has carried
 * `bytes` back to the client, at any point of the answer.
 */
export async function startCuttingProxy(
  endpoint: string,
  { bytes, times }: { bytes: number; times: number },
): Promise<{ url: string; cuts: () => number }> {
  const { hostname, port } = new URL(endpoint);
  const open = new Set<Socket>();
  let cuts = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    let carried = 0;
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        open.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream);
    upstream.on('data', (chunk: Buffer) => {
      carried += chunk.length;
      if (carried > bytes && cuts < times) {
        cuts++;
        client.resetAndDestroy();
      } else if (!client.write(chunk)) {
        upstream.pause();
        client.once('drain', () => upstream.resume());
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('the proxy has no port');
  return { url: `http://127.0.0.1:${address.port}`, cuts: () => cuts };
}
