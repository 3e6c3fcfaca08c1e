import type { Call } from '../access.ts';
import { Refusal } from '../refusal.ts';
import type { Fields } from './fields.ts';

/** Answers one operation: the reply's JSON, or nothing for an empty body. */
type Handler<State> = (state: State, input: Fields, call: Call) => object | undefined;

export type Handlers<State> = Readonly<Record<string, Handler<State>>>;

export interface JsonService {
  /** The prefix of its operations: `kms` in `kms:Decrypt`. */
  readonly name: 'kms' | 'secretsmanager' | 'ssm';
  run(operation: string, input: Fields, call: Call): object | undefined;
}

export function jsonService<State>(
  name: JsonService['name'],
  state: State,
  handlers: Handlers<State>,
): JsonService {
  return {
    name,
    run(operation, input, call) {
      const handler = Object.hasOwn(handlers, operation) ? handlers[operation] : undefined;
      if (handler === undefined) {
        throw new Refusal(
          'UnknownOperationException',
          `The sandbox does not know the operation ${name}:${operation}`,
        );
      }
      return handler(state, input, call);
    },
  };
}

/** AWS JSON 1.1 writes timestamps as seconds. */
export function seconds(milliseconds: number): number {
  return milliseconds / 1000;
}
