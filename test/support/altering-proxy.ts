import { startServer } from './bad-server.ts';

/** Content of one call of KMS or SSM, or of its answer. */
export type Content = Record<string, unknown>;

/** How the answers to a call change, by the name of its operation. */
export type Alterations = Readonly<Record<string, (answer: Content, request: Content) => Content>>;

/** A proxy to `endpoint` that changes answers. */
export async function startAlteringProxy(
  endpoint: string,
  alterations: Alterations,
): Promise<string> {
  const { url } = await startServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks);
      const answer = await fetch(`${endpoint}${request.url}`, {
        method: request.method ?? 'GET',
        headers: Object.entries(request.headersDistinct).flatMap(([name, values = []]) =>
          /^(host|connection|content-length|expect|transfer-encoding)$/.test(name)
            ? []
            : values.map((value): [string, string] => [name, value]),
        ),
        ...(body.length > 0 && { body }),
      });
      const text = Buffer.from(await answer.arrayBuffer());
      const alter = alterations[String(request.headers['x-amz-target']).split('.')[1] ?? ''];
      const altered =
        alter && answer.ok
          ? JSON.stringify(
              alter(JSON.parse(text.toString()) as Content, JSON.parse(body.toString()) as Content),
            )
          : text;
      response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(altered);
    })();
  });
  return url;
}
