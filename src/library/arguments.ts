import { CofferError } from '../errors.ts';
import { nearest } from '../manifest/nearest.ts';

type KeysOf<T> = T extends unknown ? keyof T : never;
type ValueOf<T, Key> = T extends unknown ? (Key extends keyof T ? T[Key] : never) : never;

/** Every option that a type knows, and whether it takes a list of texts. */
export type OptionsShape<T> = {
  readonly [Key in KeysOf<T> & string]-?: NonNullable<ValueOf<T, Key>> extends readonly string[]
    ? 'list'
    : 'any';
};

type ShapeOf<T> = T extends string
  ? 'text'
  : T extends readonly string[]
    ? 'list'
    : T extends (...args: never[]) => unknown
      ? 'function'
      : T extends AsyncIterable<unknown>
        ? 'any'
        : OptionsShape<T>;

/** What a function takes, so that it is known at run time. */
export type ArgumentsShape<Args extends readonly unknown[]> = {
  readonly [At in keyof Required<Args>]: [NonNullable<Args[At]>] extends [string]
    ? 'text'
    : ShapeOf<NonNullable<Args[At]>>;
};

export type Shape = 'text' | 'list' | 'function' | 'any' | Readonly<Record<string, 'list' | 'any'>>;

const WORDS = { text: 'a text', list: 'a list of texts', function: 'a function' } as const;
const PLACES = ['first', 'second', 'third', 'fourth', 'fifth'];

/**
 * Refuses what the types would refuse in a program that is checked: a misspelt option would change
 * nothing, so that a dry run writes.
 * @throws CofferError `usage`
 */
export function requireArguments(
  name: string,
  shapes: readonly Shape[],
  args: readonly unknown[],
): void {
  if (args.length > shapes.length) {
    throw new CofferError('usage', `${name} takes ${shapes.length} arguments, not ${args.length}`);
  }
  shapes.forEach((shape, at) => {
    const given = args[at];
    const where = `${name}: the ${PLACES[at]} argument`;
    if (given === undefined) return;
    if (typeof shape === 'string') requireKind(where, shape, given);
    else requireOptions(name, where, shape, given);
  });
}

function requireOptions(
  name: string,
  where: string,
  shape: Readonly<Record<string, 'list' | 'any'>>,
  given: unknown,
): void {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new CofferError('usage', `${where} is an object with options`);
  }
  for (const [option, value] of Object.entries(given)) {
    const kind = Object.hasOwn(shape, option) ? shape[option] : undefined;
    if (kind === undefined) throw unknownOption(name, option, Object.keys(shape));
    if (value !== undefined) requireKind(`${name}: the option ${option}`, kind, value);
  }
}

function unknownOption(name: string, option: string, known: readonly string[]): CofferError {
  const meant = nearest(option, known);
  return new CofferError('usage', `${name}: unknown option ${option}`, {
    hint: meant === undefined ? `its options: ${known.join(', ')}` : `did you mean ${meant}?`,
  });
}

function requireKind(where: string, kind: Exclude<Shape, object>, given: unknown): void {
  const isRight = {
    any: () => true,
    text: () => typeof given === 'string',
    // Not a text: its letters would count as items.
    list: () => Array.isArray(given) && given.every((item) => typeof item === 'string'),
    function: () => typeof given === 'function',
  }[kind]();
  if (isRight || kind === 'any') return;
  const hint =
    kind === 'list' && typeof given === 'string' ? "write it in brackets: ['…']" : undefined;
  throw new CofferError('usage', `${where} is ${WORDS[kind]}`, { hint });
}
