import type { IncomingMessage, ServerResponse } from 'node:http';

/** A request as it came, and the service that it is for. */
interface Asked {
  request: IncomingMessage;
  body: Buffer;
  isS3: boolean;
}

/** An answer, from upstream or made up. */
export interface Answer {
  status: number;
  headers: Record<string, string | string[]>;
  body: Buffer;
}

/** All that a fault has at hand. */
interface Exchange extends Asked {
  response: ServerResponse;
  /** Has the service do it; every call delivers the request once more. */
  deliver: () => Promise<Answer>;
  reply: (answer: Answer) => void;
  /** Breaks the connection off. */
  reset: () => void;
  pause: (ms: number) => Promise<void>;
}

type Misbehave = (exchange: Exchange) => Promise<void> | void;

/** Ways in which a network and the services behind it misbehave, by their names in the figures. */
export const WIRE_FAULTS = {
  'reset before the request was read': ({ reset }) => reset(),
  'answer lost': async ({ deliver, reset }) => {
    await deliver();
    reset();
  },
  'reset within the answer': async ({ deliver, response, reset }) => {
    const answer = await deliver();
    sendHalf(response, answer, reset);
  },
  'reset after the answer': async ({ deliver, reply, response, reset }) => {
    response.once('finish', reset);
    reply(await deliver());
  },
  'answer cut off': async ({ deliver, response }) => {
    const answer = await deliver();
    sendHalf(response, answer, () => response.socket?.end());
  },
  'answer cut short, and said to be whole': async ({ deliver, reply }) => {
    const answer = await deliver();
    reply({ ...answer, body: half(answer.body) });
  },
  'answer in pieces': async ({ deliver, response, pause }) => {
    const answer = await deliver();
    response.writeHead(answer.status, withLength(answer));
    for (const at of [0, 1, 2, 3]) {
      const size = Math.ceil(answer.body.length / 4);
      response.write(answer.body.subarray(at * size, (at + 1) * size));
      await pause(10);
    }
    response.end();
  },
  delay: async ({ deliver, reply, pause }) => {
    await pause(100);
    reply(await deliver());
  },
  'delivered twice, first answer': async ({ deliver, reply }) => {
    const answer = await deliver();
    await deliver();
    reply(answer);
  },
  'delivered twice, second answer': async ({ deliver, reply }) => {
    await deliver();
    reply(await deliver());
  },
  'no answer': () => {},
  '500': (exchange) => exchange.reply(failure(exchange, 500)),
  '500 after the work was done': async (exchange) => {
    await exchange.deliver();
    exchange.reply(failure(exchange, 500));
  },
  '503': (exchange) => exchange.reply(failure(exchange, 503)),
  '503 with Retry-After': (exchange) => exchange.reply(retryAfter(failure(exchange, 503))),
  '503 with HTML': ({ reply }) => reply({ ...html(), status: 503 }),
  '429': (exchange) => exchange.reply(failure(exchange, 429)),
  '429 with Retry-After': (exchange) => exchange.reply(retryAfter(failure(exchange, 429))),
  throttling: (exchange) => exchange.reply(throttling(exchange)),
  'HTML with 200': ({ reply }) => reply(html()),
  'nothing with 200': ({ reply }) => reply({ status: 200, headers: {}, body: Buffer.alloc(0) }),
  denied: (exchange) => exchange.reply(denied(exchange)),
  'clock skew': (exchange) => exchange.reply(skewed(exchange)),
  'expired token': (exchange) => exchange.reply(expired(exchange)),
} satisfies Record<string, Misbehave>;

export type WireFault = keyof typeof WIRE_FAULTS;

/** Those that cannot wait for the request's body. */
export const IN_THE_REQUEST = 'reset within the request';

function half(body: Buffer): Buffer {
  return body.subarray(0, Math.floor(body.length / 2));
}

function sendHalf(response: ServerResponse, answer: Answer, then: () => void): void {
  response.writeHead(answer.status, withLength(answer));
  response.write(half(answer.body), then);
}

/** The answer to a HEAD has the length of a body that does not come. */
export function withLength({ headers, body }: Answer): Answer['headers'] {
  const isBare = body.length === 0 && headers['content-length'] !== undefined;
  return isBare ? headers : { ...headers, 'content-length': String(body.length) };
}

function html(): Answer {
  const body = '<html><head><title>Sign in</title></head><body>Wi-Fi</body></html>';
  return { status: 200, headers: { 'content-type': 'text/html' }, body: Buffer.from(body) };
}

function retryAfter(answer: Answer): Answer {
  return { ...answer, headers: { ...answer.headers, 'retry-after': '1' } };
}

function failure(asked: Asked, status: number): Answer {
  if (status === 429) return refusal(asked, status, 'TooManyRequestsException');
  return refusal(asked, status, status === 500 ? 'InternalServerError' : 'ServiceUnavailable');
}

function throttling(asked: Asked): Answer {
  return asked.isS3
    ? refusal(asked, 503, 'SlowDown')
    : refusal(asked, 400, 'ThrottlingException', 'Rate exceeded');
}

function expired(asked: Asked): Answer {
  const message = 'The security token included in the request is expired';
  return refusal(asked, 400, asked.isS3 ? 'ExpiredToken' : 'ExpiredTokenException', message);
}

function denied(asked: Asked): Answer {
  return asked.isS3
    ? refusal(asked, 403, 'AccessDenied', 'Access Denied')
    : refusal(asked, 400, 'AccessDeniedException', 'You are not authorized to do this');
}

/** The client's clock goes wrong by an hour, says the service. */
function skewed(asked: Asked): Answer {
  const date = new Date(Date.now() + 3_600_000).toUTCString();
  const { headers, ...answer } = asked.isS3
    ? refusal(asked, 403, 'RequestTimeTooSkewed', 'The difference is too large.')
    : refusal(asked, 400, 'InvalidSignatureException', 'Signature expired: it is too old');
  return { ...answer, headers: { ...headers, date } };
}

/** An error as S3 says it, or KMS and SSM. */
function refusal({ isS3, request }: Asked, status: number, code: string, message = code): Answer {
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  const text = isS3 ? xml : JSON.stringify({ __type: code, message });
  return {
    status,
    headers: { 'content-type': isS3 ? 'application/xml' : 'application/x-amz-json-1.1' },
    body: Buffer.from(request.method === 'HEAD' ? '' : text),
  };
}
