import { NormalizedSchema } from '@smithy/core/schema';
import { getSmithyContext } from '@smithy/core/transport';
import { MISSHAPEN } from './errors.ts';

/** manifest/policies.ts accepts these in any shape, because moto sends objects instead of texts. */
const ANY_SHAPE = new Set(['Policies']);

type Handle<Result> = (args: never) => Promise<Result>;
type Middleware<Result> = (next: Handle<Result>, context: object) => Handle<Result>;

/** The answer of the SDK, and that of the network. */
interface Result {
  output: unknown;
}
interface RawResult {
  response: unknown;
  output?: unknown;
}

/** The part of an SDK client or command that this file uses. */
export interface Extensible {
  middlewareStack: {
    add(middleware: Middleware<Result>, options: { step: 'initialize'; name: string }): void;
    add(
      middleware: Middleware<RawResult>,
      options: { step: 'deserialize'; priority: 'low'; name: string },
    ): void;
  };
}

/**
 * Makes a client, or one command, fail on answers that do not have the types of the service's own
 * model. The SDK passes on unexpected types, such as a text instead of a list, and does not look
 * into the answers of S3 from which it needs nothing: a proxy's web page would be a success.
 */
export function checkShapes({ middlewareStack }: Extensible): void {
  middlewareStack.add(
    (next, context) => async (args) => {
      const result = await next(args);
      const fault =
        findFault(outputOf(context), result.output, 'it') ?? findStranger(result.output);
      if (fault) throw misshapen(fault);
      return result;
    },
    { step: 'initialize', name: 'cofferShapes' },
  );
  middlewareStack.add(
    (next, context) => async (args) => {
      const result = await next(args);
      if (!isOfS3(context) || isStream(outputOf(context))) return result;
      const response = result.response as HttpAnswer;
      if (response.statusCode >= 300) return result;
      response.body = await collect(response.body);
      if (WEB_PAGE.test(response.body.toString('utf8'))) throw misshapen('it is a web page');
      return result;
    },
    // Next to the network: the SDK reads the body after it.
    { step: 'deserialize', priority: 'low', name: 'cofferBodies' },
  );
}

/** What stands in for AWS may answer with other content where S3 sends none. */
const WEB_PAGE = /^(?:\s|<\?xml[^>]*>|<!--(?:[^-]|-[^-]|--+[^->])*--+>)*<(?:!doctype|html)\b/i;

interface HttpAnswer {
  statusCode: number;
  body: AsyncIterable<Buffer> | Buffer;
}

async function collect(body: HttpAnswer['body']): Promise<Buffer> {
  if (Buffer.isBuffer(body)) return body;
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function outputOf(context: object): NormalizedSchema {
  const { operationSchema } = getSmithyContext({ ...context }) as { operationSchema: Operation };
  return NormalizedSchema.of(operationSchema[5]);
}

function isOfS3(context: object): boolean {
  return 'clientName' in context && context.clientName === 'S3Client';
}

function isStream(output: NormalizedSchema): boolean {
  if (!output.isStructSchema()) return false;
  return [...output.structIterator()].some(([, member]) => member.isStreaming());
}

function misshapen(fault: string): Error {
  const message = `the answer has the wrong shape: ${fault}`;
  return Object.assign(new Error(message), { name: MISSHAPEN });
}

/** An operation as the SDK describes it; its output comes last. */
type Operation = readonly [
  kind: number,
  namespace: string,
  name: string,
  traits: unknown,
  input: unknown,
  output: Parameters<typeof NormalizedSchema.of>[0],
];

/** Finds the first value of a wrong type. Callers check for missing values. */
function findFault(schema: NormalizedSchema, value: unknown, path: string): string | undefined {
  if (value === undefined || value === null || schema.isStreaming()) return undefined;
  if (schema.isStructSchema()) {
    if (typeof value !== 'object' || Array.isArray(value)) return `${path} is not an object`;
    const members = value as Record<string, unknown>;
    return firstFault(schema.structIterator(), ([name, member]) =>
      ANY_SHAPE.has(name) ? undefined : findFault(member, members[name], name),
    );
  }
  if (schema.isListSchema()) {
    if (!Array.isArray(value)) return `${path} is not a list`;
    return firstFault(value as unknown[], (item) =>
      item === null || item === undefined
        ? `${path} has an empty item`
        : findFault(schema.getValueSchema(), item, `an item of ${path}`),
    );
  }
  const kind = kindOf(schema);
  return kind === undefined || isOf(kind, value) ? undefined : `${path} is not ${kind}`;
}

function firstFault<Item>(
  items: Iterable<Item>,
  find: (item: Item) => string | undefined,
): string | undefined {
  for (const item of items) {
    const fault = find(item);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/**
 * Of an answer without content, only the request id shows that AWS sent it: a proxy or an incomplete
 * service may send the same, and do nothing.
 */
function findStranger(output: unknown): string | undefined {
  const { $metadata, ...content } = output as { $metadata?: { requestId?: string | undefined } };
  const hasContent = Object.values(content).some((value) => value !== undefined);
  return hasContent || $metadata?.requestId ? undefined : 'it has no request id';
}

type Kind = 'a text' | 'a number' | 'a boolean' | 'a time' | 'data';

function kindOf(schema: NormalizedSchema): Kind | undefined {
  if (schema.isStringSchema()) return 'a text';
  if (schema.isNumericSchema()) return 'a number';
  if (schema.isBooleanSchema()) return 'a boolean';
  if (schema.isTimestampSchema()) return 'a time';
  return schema.isBlobSchema() ? 'data' : undefined;
}

function isOf(kind: Kind, value: unknown): boolean {
  switch (kind) {
    case 'a text':
      return typeof value === 'string';
    case 'a number':
      // All that coffer reads are counts.
      return Number.isSafeInteger(value) && Number(value) >= 0;
    case 'a boolean':
      return typeof value === 'boolean';
    case 'a time':
      return value instanceof Date && !Number.isNaN(value.getTime());
    case 'data':
      return value instanceof Uint8Array;
  }
}
