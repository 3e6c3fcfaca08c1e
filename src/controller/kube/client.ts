import { readFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import { setMaxListeners } from 'node:events';
import { createInterface } from 'node:readline';
import type { Clock } from '../clock.ts';
import type { KubeConfig } from './config.ts';
import { KubeError } from './errors.ts';

interface KubeRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  query?: Readonly<Record<string, string | undefined>>;
  body?: object;
  /** Of the body. */
  contentType?: string;
  accept?: string;
  signal?: AbortSignal | undefined;
}

/** One API server. */
export interface KubeClient {
  /** @throws KubeError */
  request: <Answer>(path: string, request?: KubeRequest) => Promise<Answer>;
  /**
   * Server-side apply as coffer: sets these fields, and removes those that coffer set before.
   * @param isForced takes fields from other managers
   * @throws KubeError such as 409, for a conflict
   */
  apply: <Answer>(path: string, body: object, options?: { isForced?: boolean }) => Promise<Answer>;
  /**
   * The JSON lines of a watch, as they arrive, until the server ends it.
   * @throws KubeError
   */
  stream: <Line>(path: string, request?: KubeRequest) => AsyncGenerator<Line>;
  close: () => void;
}

/** The name under which coffer owns fields. */
const MANAGER = 'coffer';

/** How long to wait for an answer, and for the next part of one that is no stream. */
const ANSWER_MS = 30_000;

/** How long to use a token before its file is read again. */
const TOKEN_MS = 60_000;

const JSON_TYPE = 'application/json';
/** JSON is YAML too. */
const APPLY_TYPE = 'application/apply-patch+yaml';

/**
 * @param onAnswer receives the status of each answer, 0 for none
 */
export function createKubeClient(
  config: KubeConfig,
  {
    clock,
    onAnswer = () => {},
    answerMs = ANSWER_MS,
  }: { clock: Clock; onAnswer?: (status: number) => void; answerMs?: number },
): KubeClient {
  const isPlain = config.server.startsWith('http:');
  const { ca, cert, key, isInsecure = false } = config;
  const options = { keepAlive: true, keepAliveMsecs: 15_000 };
  const agent = isPlain
    ? new http.Agent(options)
    : new https.Agent({ ...options, ca, cert, key, rejectUnauthorized: !isInsecure });
  const token = tokenOf(config, clock);

  async function send(path: string, request: KubeRequest): Promise<http.IncomingMessage> {
    const { method = 'GET', query = {}, body, contentType = JSON_TYPE, signal } = request;
    const url = new URL(config.server.replace(/\/$/, '') + path);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, value);
    }
    const bearer = await token.get();
    const payload = body && JSON.stringify(body);
    const headers = {
      accept: request.accept ?? JSON_TYPE,
      'user-agent': 'coffer-controller',
      ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
      ...(payload !== undefined && {
        'content-type': contentType,
        'content-length': Buffer.byteLength(payload),
      }),
    };
    return new Promise((resolve, reject) => {
      const sent = (isPlain ? http : https).request(url, { method, agent, headers, signal });
      const late = setTimeout(() => sent.destroy(new Error('no answer in time')), answerMs);
      sent.once('response', (answer) => {
        clearTimeout(late);
        onAnswer(answer.statusCode ?? 0);
        resolve(answer);
      });
      sent.once('error', (cause: NodeJS.ErrnoException) => {
        clearTimeout(late);
        // The server closed a connection that was idle: it never saw the request.
        if (sent.reusedSocket && cause.code === 'ECONNRESET') {
          return resolve(send(path, request));
        }
        if (!signal?.aborted) onAnswer(0);
        reject(unreachable(url.host, cause));
      });
      sent.end(payload);
    });
  }

  /** An answer that is a success; another token is tried once, as the old one may have expired. */
  async function sendWell(path: string, request: KubeRequest): Promise<http.IncomingMessage> {
    const answer = await send(path, request);
    if (answer.statusCode !== 401 || !token.forget()) return accept(answer);
    answer.resume();
    return accept(await send(path, request));
  }

  async function accept(answer: http.IncomingMessage): Promise<http.IncomingMessage> {
    const { statusCode = 0 } = answer;
    if (statusCode >= 200 && statusCode < 300) return answer;
    const body = await textOf(answer, answerMs).catch(() => '');
    let message: unknown;
    try {
      ({ message } = JSON.parse(body) as { message?: unknown });
    } catch {
      // A proxy's page, or nothing.
    }
    throw new KubeError(
      statusCode,
      typeof message === 'string' && message !== ''
        ? message
        : `the API server answers ${statusCode}`,
    );
  }

  async function request<Answer>(path: string, options: KubeRequest = {}): Promise<Answer> {
    return parseAnswer<Answer>(await sendWell(path, options), answerMs);
  }

  return {
    request,
    apply: (path, body, { isForced = true } = {}) =>
      request(path, {
        method: 'PATCH',
        query: { fieldManager: MANAGER, force: String(isForced) },
        contentType: APPLY_TYPE,
        body,
      }),
    async *stream<Line>(path: string, options: KubeRequest = {}): AsyncGenerator<Line> {
      if (options.signal) setMaxListeners(0, options.signal);
      const answer = await sendWell(path, options);
      try {
        for await (const line of createInterface({ input: answer, crlfDelay: Infinity })) {
          if (line !== '') yield JSON.parse(line) as Line;
        }
        if (!answer.complete) throw new Error('the connection ended early');
      } catch (error) {
        throw unreachable(new URL(config.server).host, error as NodeJS.ErrnoException);
      } finally {
        answer.destroy();
      }
    },
    close: () => agent.destroy(),
  };
}

/** @param silenceMs how long to wait for the next part */
async function textOf(answer: http.IncomingMessage, silenceMs: number): Promise<string> {
  const late = setTimeout(() => answer.destroy(new Error('it ends in the middle')), silenceMs);
  const parts: Buffer[] = [];
  try {
    for await (const part of answer as AsyncIterable<Buffer>) {
      late.refresh();
      parts.push(part);
    }
  } finally {
    clearTimeout(late);
  }
  return Buffer.concat(parts).toString();
}

async function parseAnswer<Answer>(
  answer: http.IncomingMessage,
  silenceMs: number,
): Promise<Answer> {
  try {
    return JSON.parse(await textOf(answer, silenceMs)) as Answer;
  } catch (cause) {
    // Never with the parser's words, which quote the answer.
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = cause instanceof SyntaxError ? 'it is not JSON' : (code ?? message);
    throw new KubeError(0, `the answer of the API server cannot be read: ${why}`);
  }
}

function unreachable(host: string, cause: NodeJS.ErrnoException): KubeError {
  const why = cause instanceof SyntaxError ? 'it sends no JSON' : (cause.code ?? cause.message);
  return new KubeError(0, `cannot reach the API server ${host}: ${why}`);
}

/** The bearer token, read again from its file every minute. */
function tokenOf({ token }: KubeConfig, clock: Clock) {
  if (typeof token !== 'object') return { get: async () => token, forget: () => false };
  let held: { value: string; until: number } | undefined;
  return {
    async get() {
      if (!held || clock.now() >= held.until) {
        const value = (await readFile(token.file, 'utf8').catch(() => '')).trim();
        // The kubelet replaces the file: keep the last good token while it is not readable.
        if (value !== '' || !held) held = { value, until: clock.now() + TOKEN_MS };
      }
      return held.value;
    },
    /** Reads the file at the next request. */
    forget() {
      const had = held !== undefined;
      held = undefined;
      return had;
    },
  };
}
