import { NormalizedSchema } from '@smithy/core/schema';
import { getSmithyContext } from '@smithy/core/transport';
import { MISSHAPEN } from './errors.ts';

type Handle = (args: never) => Promise<{ output: unknown }>;

/** As far as it matters here, the SDK's type of a client. */
export interface Extensible {
  middlewareStack: {
    add(
      middleware: (next: Handle, context: object) => Handle,
      options: { step: 'initialize'; name: string },
    ): void;
  };
}

/**
 * Makes a client fail on answers that are not of the types that the service's own model names. The
 * SDK passes on what it does not expect, such as a text in place of a list.
 */
export function checkShapes(client: Extensible): void {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const result = await next(args);
      const { operationSchema } = getSmithyContext({ ...context }) as {
        operationSchema: Operation;
      };
      const fault = findFault(NormalizedSchema.of(operationSchema[5]), result.output, 'it');
      if (!fault) return result;
      const message = `the answer is not of the right shape: ${fault}`;
      throw Object.assign(new Error(message), { name: MISSHAPEN });
    },
    { step: 'initialize', name: 'cofferShapes' },
  );
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

/** What is not as its schema says; what is missing is for those who need it. */
function findFault(schema: NormalizedSchema, value: unknown, path: string): string | undefined {
  if (value === undefined || value === null || schema.isStreaming()) return undefined;
  if (schema.isStructSchema()) {
    if (typeof value !== 'object' || Array.isArray(value)) return `${path} is no object`;
    const members = value as Record<string, unknown>;
    return firstFault(schema.structIterator(), ([name, member]) =>
      findFault(member, members[name], name),
    );
  }
  if (schema.isListSchema()) {
    if (!Array.isArray(value)) return `${path} is no list`;
    return firstFault(value as unknown[], (item) =>
      item === null || item === undefined
        ? `${path} has an empty place`
        : findFault(schema.getValueSchema(), item, `an item of ${path}`),
    );
  }
  const kind = kindOf(schema);
  return kind === undefined || isOf(kind, value) ? undefined : `${path} is no ${kind}`;
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

type Kind = 'text' | 'number' | 'boolean' | 'time' | 'data';

function kindOf(schema: NormalizedSchema): Kind | undefined {
  if (schema.isStringSchema()) return 'text';
  if (schema.isNumericSchema()) return 'number';
  if (schema.isBooleanSchema()) return 'boolean';
  if (schema.isTimestampSchema()) return 'time';
  return schema.isBlobSchema() ? 'data' : undefined;
}

function isOf(kind: Kind, value: unknown): boolean {
  switch (kind) {
    case 'text':
      return typeof value === 'string';
    case 'number':
      return Number.isFinite(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'time':
      return value instanceof Date && !Number.isNaN(value.getTime());
    case 'data':
      return value instanceof Uint8Array;
  }
}
