import type { IncomingHttpHeaders } from 'node:http';

import type { Call } from '../access.ts';
import type { Reply } from '../reply.ts';
import { Refusal } from '../refusal.ts';

/** The target of a request: bucket and key from its path or host name. */
export interface Target {
  bucket: string;
  key: string;
  query: URLSearchParams;
}

export interface S3Request extends Target {
  headers: IncomingHttpHeaders;
  call: Call;
  body: AsyncIterable<Buffer>;
}

/** Text is XML unless the headers say otherwise. */
export type S3Reply = Reply;

/** Keys are percent-decoded once; `+`, `//` and `..` have no special meaning. */
export function parseTarget(url: string, host: string | undefined): Target {
  const path = url.replace(/^https?:\/\/[^/?]*/i, '');
  const mark = path.indexOf('?');
  const rawPath = mark < 0 ? path : path.slice(0, mark);
  const query = new URLSearchParams(mark < 0 ? '' : path.slice(mark + 1));
  let decoded: string;
  try {
    decoded = decodeURIComponent(rawPath.replace(/^\//, ''));
  } catch {
    throw new Refusal('InvalidURI', "Couldn't parse the specified URI.");
  }
  const virtual = /^([a-z0-9][a-z0-9.-]*)\.localhost(?::\d+)?$/i.exec(host ?? '')?.[1];
  if (virtual !== undefined) return { bucket: virtual, key: decoded, query };
  const slash = decoded.indexOf('/');
  if (slash < 0) return { bucket: decoded, key: '', query };
  return { bucket: decoded.slice(0, slash), key: decoded.slice(slash + 1), query };
}

/** A header that HTTP allows only once. */
export function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** A numeric query parameter, from 0 to `max`. */
export function queryNumber(query: URLSearchParams, name: string, max: number): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  if (!/^\d{1,10}$/.test(text)) {
    throw new Refusal(
      'InvalidArgument',
      `Provided ${name} not an integer or within integer range`,
      400,
      {
        details: { ArgumentName: name, ArgumentValue: text },
      },
    );
  }
  return Math.min(max, Number(text));
}

export function invalidArgument(name: string, value: string, message: string): Refusal {
  return new Refusal('InvalidArgument', message, 400, {
    details: { ArgumentName: name, ArgumentValue: value },
  });
}

export function invalidRequest(message: string): Refusal {
  return new Refusal('InvalidRequest', message);
}

export function notImplemented(what: string): Refusal {
  return new Refusal(
    'NotImplemented',
    `A header or query you provided implies functionality that is not implemented: ${what}`,
    501,
  );
}
