import { NormalizedSchema } from '@smithy/core/schema';
import { getSmithyContext } from '@smithy/core/transport';
import { MISSHAPEN } from './errors.ts';

/** manifest/policies.ts accepts these in any shape, because moto sends objects instead of texts. */
const ANY_SHAPE = new Set(['Policies']);

type Handle = (args: never) => Promise<{ output: unknown }>;

/** The part of an SDK client that this file uses. */
export interface Extensible {
  middlewareStack: {
    add(
      middleware: (next: Handle, context: object) => Handle,
      options: { step: 'initialize'; name: string },
    ): void;
  };
}

/**
 * Makes a client fail on answers that do not have the types of the service's own model. The SDK
 * passes on unexpected types, such as a text instead of a list.
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
      const message = `the answer has the wrong shape: ${fault}`;
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
