import { once } from 'node:events';
import {
  Agent,
  createServer,
  request as ask,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { IN_THE_REQUEST, WIRE_FAULTS, withLength, type Answer, type WireFault } from './wire.ts';

/** What happens to the requests from the `at`-th on, `times` of them. */
export interface WireTrouble {
  kind: WireFault | typeof IN_THE_REQUEST;
  /** Whether only those are counted that change something. */
  isOfWrites: boolean;
  at: number;
  times: number;
}

/** What is done at the `at`-th request, before it is delivered or once the service has answered. */
interface Moment {
  at: number;
  when: 'before' | 'after';
  act: () => void;
}

/** Changes an answer on its way; for tests of what coffer makes of strange ones. */
type Alter = (answer: Answer, count: number) => Answer;

interface Plan {
  troubles?: readonly WireTrouble[];
  moment?: Moment | undefined;
  alter?: Alter | undefined;
}

/** A way to AWS on which things go wrong as planned. */
export interface ChaosProxy {
  url: string;
  /** Begins to count anew. */
  plan: (plan: Plan) => void;
  /** Requests since then. */
  requests: () => number;
  /** The kinds of trouble that really happened since then. */
  happened: () => readonly string[];
  close: () => void;
}

const OF_A_CONNECTION =
  /^(connection|keep-alive|transfer-encoding|expect|proxy-.*|te|trailer|upgrade)$/;

export async function startChaosProxy(upstream: string): Promise<ChaosProxy> {
  const agent = new Agent({ keepAlive: true });
  let plan: Plan = {};
  let requests = 0;
  let writes = 0;
  let happened: string[] = [];

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    requests += 1;
    const count = requests;
    const { troubles = [], moment, alter } = plan;
    const isWrite = changesSomething(request);
    if (isWrite) writes += 1;
    const trouble = troubles.find(({ at, times, isOfWrites }) => {
      const place = isOfWrites ? writes : count;
      return (isWrite || !isOfWrites) && place >= at && place < at + times;
    });
    const reset = () => void request.socket.resetAndDestroy();
    if (trouble) happened.push(trouble.kind);
    if (trouble?.kind === IN_THE_REQUEST) {
      if (!request.readableEnded) await Promise.race([once(request, 'data'), once(request, 'end')]);
      reset();
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const isHere = moment?.at === count;
    if (isHere && moment.when === 'before') moment.act();
    const deliver = () => forward(upstream, agent, request, body);
    const reply = (answer: Answer) => {
      const altered = alter ? alter(answer, count) : answer;
      response.writeHead(altered.status, withLength(altered));
      response.end(altered.body);
    };
    if (!trouble) {
      const answer = await deliver();
      if (isHere && moment.when === 'after') moment.act();
      reply(answer);
      return;
    }
    await WIRE_FAULTS[trouble.kind]({
      request,
      body,
      isS3: request.headers['x-amz-target'] === undefined,
      response,
      deliver,
      reply,
      reset,
      pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    });
  }

  const server = createServer((request, response) => {
    // A client that went away needs no answer.
    handle(request, response).catch(() => request.socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('the proxy has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    plan(next) {
      plan = next;
      requests = 0;
      writes = 0;
      happened = [];
    },
    requests: () => requests,
    happened: () => happened,
    close() {
      server.closeAllConnections();
      server.close();
      agent.destroy();
    },
  };
}

/** Whether a request is more than a question, as far as its operation tells. */
function changesSomething({ method = '', headers }: IncomingMessage): boolean {
  const target = headers['x-amz-target'];
  if (target === undefined) return !['GET', 'HEAD'].includes(method);
  return /\.(Put|Delete|AddTags|RemoveTags|Create|Update|Enable|Schedule)/.test(String(target));
}

async function forward(
  upstream: string,
  agent: Agent,
  request: IncomingMessage,
  body: Buffer,
): Promise<Answer> {
  const outgoing = ask(`${upstream}${request.url}`, {
    agent,
    method: request.method ?? 'GET',
    headers: endToEnd(request.headersDistinct),
  });
  outgoing.end(body);
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return {
    status: answer.statusCode ?? 502,
    headers: endToEnd(answer.headersDistinct),
    body: Buffer.concat(chunks),
  };
}

function endToEnd(headers: NodeJS.Dict<string[]>): Answer['headers'] {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, values = []]) =>
      OF_A_CONNECTION.test(name) ? [] : [[name, values.length === 1 ? values.join('') : values]],
    ),
  );
}
