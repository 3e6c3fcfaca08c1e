import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createKubeClient } from '../../../src/controller/kube/client.ts';

const clock = { now: () => 0, sleep: () => Promise.resolve(), random: () => 0 };

async function clientOf(answer: (response: ServerResponse) => void) {
  const server = createServer((_, response) => answer(response));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const config = { server: `http://127.0.0.1:${port}`, namespace: 'shop' };
  const client = createKubeClient(config, { clock, answerMs: 50 });
  onTestFinished(() => {
    client.close();
    server.closeAllConnections();
    server.close();
  });
  return client;
}

test.each<[string, (response: ServerResponse) => void, string]>([
  ['nothing', () => {}, 'no answer in time'],
  ['a beginning', (response) => response.write('{"items":'), 'it ends in the middle'],
  [
    'the beginning of an error',
    (response) => response.writeHead(500).write('{"message":'),
    'the API server answers 500',
  ],
])('a server that sends %s and then is silent is not waited for', async (_, answer, words) => {
  const client = await clientOf(answer);
  await expect(client.request('/api/v1/secrets')).rejects.toThrow(words);
});

test('a watch may be silent', async () => {
  const client = await clientOf((response) => {
    response.write('{"type":"ADDED"}\n');
    setTimeout(() => response.end('{"type":"DELETED"}\n'), 150);
  });
  const lines: unknown[] = [];
  for await (const line of client.stream('/api/v1/secrets')) lines.push(line);
  expect(lines).toEqual([{ type: 'ADDED' }, { type: 'DELETED' }]);
});
