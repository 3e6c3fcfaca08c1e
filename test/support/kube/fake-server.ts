import { once } from 'node:events';
import http from 'node:http';
import { json } from 'node:stream/consumers';
import type { AddressInfo, Socket } from 'node:net';
import type { KubeObject } from '../../../src/controller/kube/model.ts';
import { allows, rulesFor, type Rule } from './rights.ts';
import { Refusal, Store, type Change, type Place } from './store.ts';

/** The token of whoever may do everything; with another one, the rules count. */
export const ADMIN = 'admin';

/** A request, for tests that count or disturb. */
interface Seen {
  verb: string;
  /** With its subresource: `coffersecrets/status`. */
  resource: string;
  name: string | undefined;
  isAdmin: boolean;
  /** Whether it asks for metadata alone. */
  isPartial: boolean;
}

/** What happens to a request instead of an answer: a status, a lost answer, or nothing at all. */
type Fate = number | 'cut before' | 'cut after' | undefined;

/** An API server on loopback, and how to disturb it. */
export interface FakeServer {
  url: string;
  store: Store;
  /** The rights of all who are not the administrator. */
  rules: Rule[];
  seen: Seen[];
  /** Decides on each request of the controller; undefined answers it. */
  decide: (request: Seen) => Fate;
  /** The tokens that it takes; undefined takes any. */
  tokens: Set<string> | undefined;
  /** Open watches, by resource. */
  watches: (resource: string) => number;
  /** No open watch says anything more, and none ends. */
  silence: () => void;
  bookmark: () => void;
  /** Ends all watches, as a server does every few minutes. */
  endWatches: () => void;
  /** Ends all connections, and forgets the past: a new server on the same data. */
  restart: () => Promise<void>;
  close: () => Promise<void>;
}

interface Watch {
  plural: string;
  namespace: string | undefined;
  selector: string | undefined;
  send: (event: object) => void;
  tell: (change: Change) => void;
  end: () => void;
}

export async function startFakeServer(): Promise<FakeServer> {
  const store = new Store();
  const watches = new Set<Watch>();
  const sockets = new Set<Socket>();
  store.listen((change) => {
    for (const watch of watches) if (isFor(watch, change)) watch.tell(change);
  });
  const listen = async (port: number) => {
    const server = http.createServer((request, answer) => {
      serve(request, answer).catch((error: unknown) => refuse(answer, error));
    });
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return server;
  };
  let server = await listen(0);
  const { port } = server.address() as AddressInfo;
  const stop = async () => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    watches.clear();
    await closed;
  };

  async function serve(request: http.IncomingMessage, answer: http.ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://localhost');
    const call = readCall(request.method ?? '', url);
    const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
    const isAdmin = token === ADMIN;
    const isPartial = asksForMetadata(request.headers);
    const { verb, resource, name } = call;
    const seen: Seen = { verb, resource, name, isAdmin, isPartial };
    const body = call.verb === 'get' ? {} : await readBody(request);
    if (!isAdmin) {
      fake.seen.push(seen);
      if (fake.tokens && !fake.tokens.has(token)) throw new Refusal(401, 'Unauthorized');
      const fate = fake.decide(seen);
      if (typeof fate === 'number') throw new Refusal(fate, `injected ${fate}`);
      if (fate === 'cut before') return void request.socket.destroy();
      require(fake.rules, call);
      if (fate === 'cut after') {
        handle(call, url, body, request);
        return void request.socket.destroy();
      }
    }
    if (call.verb === 'watch') return watch(call, url, isPartial, answer);
    const { status, content } = handle(call, url, body, request);
    answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content));
  }

  function require(rules: readonly Rule[], { verb, resource, place }: Call): void {
    const isNew = verb === 'patch' && !resource.includes('/') && place && !store.has(place);
    for (const needed of isNew ? [verb, 'create'] : [verb]) {
      if (!allows(rules, needed, resource)) {
        throw new Refusal(403, `${resource} is forbidden: cannot ${needed} resource "${resource}"`);
      }
    }
  }

  function handle(
    call: Call,
    url: URL,
    body: object,
    { headers }: http.IncomingMessage,
  ): { status: number; content: object } {
    const manager = url.searchParams.get('fieldManager') ?? 'other';
    const { verb, plural, namespace, place } = call;
    if (verb === 'list') {
      const selector = url.searchParams.get('labelSelector');
      const found = store.list(plural, namespace).filter((item) => isSelected(item, selector));
      const items = asksForMetadata(headers) ? found.map(bare) : found;
      const metadata = { resourceVersion: String(store.version) };
      return { status: 200, content: { metadata, items } };
    }
    if (verb === 'create') {
      const metadata = (body as KubeObject).metadata as { name?: string; generateName?: string };
      const name = metadata.name ?? `${metadata.generateName}${store.version}`;
      // As the API server does with names that end so.
      if (metadata.generateName?.endsWith('.')) throw new Refusal(422, 'generateName: Invalid');
      const at = { plural, namespace: namespace ?? '', name };
      return { status: 201, content: store.create(at, body, manager) };
    }
    if (!place) throw new Refusal(405, 'not allowed');
    switch (verb) {
      case 'get':
        return { status: 200, content: store.get(place) };
      case 'update':
        return { status: 200, content: store.update(place, body, manager) };
      case 'delete':
        store.delete(place);
        return { status: 200, content: {} };
      default: {
        if (headers['content-type']?.includes('merge-patch')) {
          const content = store.update(place, merge(store.get(place), body) as object, manager);
          return { status: 200, content };
        }
        const isForced = url.searchParams.get('force') === 'true';
        const isStatus = call.resource.endsWith('/status');
        const { object, isNew } = store.apply(place, body, { manager, isForced, isStatus });
        return { status: isNew ? 201 : 200, content: object };
      }
    }
  }

  function watch(
    { plural, namespace }: Call,
    url: URL,
    isPartial: boolean,
    answer: http.ServerResponse,
  ): void {
    const since = Number(url.searchParams.get('resourceVersion') ?? 0);
    answer.writeHead(200, { 'content-type': 'application/json' });
    const send = (event: object) => void answer.write(`${JSON.stringify(event)}\n`);
    if (since < store.oldest) {
      send({ type: 'ERROR', object: { code: 410, message: 'too old resource version' } });
      return void answer.end();
    }
    const selector = url.searchParams.get('labelSelector') ?? undefined;
    const tell = ({ type, object }: Change) =>
      send({ type, object: isPartial ? bare(object) : object });
    const one: Watch = { plural, namespace, selector, send, tell, end: () => void answer.end() };
    const missed = store.changes.filter((change) => change.version > since && isFor(one, change));
    for (const change of missed) tell(change);
    watches.add(one);
    answer.flushHeaders();
    answer.once('close', () => watches.delete(one));
  }

  const fake: FakeServer = {
    url: `http://127.0.0.1:${port}`,
    store,
    rules: rulesFor(),
    seen: [],
    decide: () => undefined,
    tokens: undefined,
    watches: (resource) => [...watches].filter(({ plural }) => plural === resource).length,
    silence: () => watches.clear(),
    bookmark() {
      const object = { metadata: { resourceVersion: String(store.version) } };
      for (const one of watches) one.send({ type: 'BOOKMARK', object });
    },
    endWatches() {
      for (const { end } of watches) end();
    },
    async restart() {
      await stop();
      store.compact();
      server = await listen(port);
    },
    close: stop,
  };
  return fake;
}

interface Call {
  verb: string;
  plural: string;
  resource: string;
  namespace: string | undefined;
  name: string | undefined;
  place: Place | undefined;
}

function readCall(method: string, { pathname, searchParams }: URL): Call {
  const [, path = ''] = /^\/(?:api|apis\/[^/]+)\/[^/]+\/(.+)$/.exec(pathname) ?? [];
  const words = path.split('/').map(decodeURIComponent);
  const namespace = words[0] === 'namespaces' ? words[1] : undefined;
  const [plural = '', name, sub] = namespace === undefined ? words : words.slice(2);
  const isList = name === undefined && method === 'GET';
  const verbs = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };
  const read = searchParams.get('watch') === 'true' ? 'watch' : isList ? 'list' : 'get';
  return {
    verb: verbs[method as 'POST'] ?? read,
    plural,
    resource: sub === undefined ? plural : `${plural}/${sub}`,
    namespace,
    name,
    place: name === undefined ? undefined : { plural, namespace: namespace ?? '', name },
  };
}

async function readBody(request: http.IncomingMessage): Promise<object> {
  return request.method === 'GET' || request.method === 'DELETE'
    ? {}
    : ((await json(request)) as object);
}

function refuse(answer: http.ServerResponse, error: unknown): void {
  const status = error instanceof Refusal ? error.status : 500;
  const message = error instanceof Error ? error.message : String(error);
  const content = { kind: 'Status', status: 'Failure', code: status, message };
  answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content));
}

function asksForMetadata({ accept }: http.IncomingHttpHeaders): boolean {
  return accept?.includes('as=PartialObjectMetadata') === true;
}

/** What is asked for as PartialObjectMetadata. */
function bare({ metadata }: KubeObject): object {
  return { apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadata', metadata };
}

function isFor({ plural, namespace, selector }: Watch, change: Change): boolean {
  return (
    change.plural === plural &&
    (namespace === undefined || change.object.metadata.namespace === namespace) &&
    isSelected(change.object, selector)
  );
}

function isSelected({ metadata }: KubeObject, selector: string | null | undefined): boolean {
  const [name = '', value] = selector?.split('=') ?? [];
  return !selector || metadata.labels?.[name] === value;
}

function merge(into: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const merged = { ...(into as Record<string, unknown>) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = merge(merged[key] ?? {}, value);
  }
  return merged;
}
