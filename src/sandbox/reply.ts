import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** An HTTP answer. */
export interface Reply {
  status?: number;
  headers?: Record<string, string>;
  body?: string | AsyncIterable<Buffer>;
}

export async function send(response: ServerResponse, reply: Reply): Promise<void> {
  const { status = 200, headers = {}, body = '' } = reply;
  const bodiless = response.req.method === 'HEAD' || status === 204 || status === 304;
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (typeof body !== 'string') {
    await pipeline(Readable.from(body, { objectMode: false }), response);
    return;
  }
  if (!bodiless) response.setHeader('content-length', Buffer.byteLength(body));
  response.end(bodiless ? undefined : body);
}
