import { CofferError } from '../errors.ts';
import { parseSize } from '../sizes.ts';

/** Precedes every value and argument on its way through the parser. */
const MARK = '\u0001';

/** Keeps the parser from reading 0123 as a number or - as a flag. */
export function markValue(value: string): string {
  return MARK + value;
}

export function unmarkValue(value: string): string {
  return value.slice(MARK.length);
}

/** The flags of one call, by name without dashes (`no-create-key` is `createKey: false`). */
export class Flags {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values;
  }

  /** Whether it is given at least once. */
  boolean(name: string): boolean {
    return [this.#values[name]].flat().includes(true);
  }

  /** A flag that is on unless `--no-…` turns it off. */
  isAllowed(name: string): boolean {
    return this.#values[name] !== false;
  }

  /** Every value of a flag that may be repeated. */
  list(name: string): string[] {
    return [this.#values[name]]
      .flat()
      .filter((value) => typeof value === 'string')
      .map(unmarkValue);
  }

  string(name: string): string | undefined {
    const values = this.list(name);
    if (values.length > 1) {
      throw new CofferError('usage', `${written(name)} is given ${values.length} times`, {
        hint: 'give it only once',
      });
    }
    return values[0];
  }

  /** One of the declared values. */
  choice<Value extends string>(name: string, values: readonly Value[]): Value | undefined {
    const value = this.string(name);
    return values.find((one) => one === value);
  }

  /** A whole number, at least `least`. */
  count(name: string, least: 0 | 1 = 1): number | undefined {
    const text = this.string(name);
    if (text === undefined) return undefined;
    if (!/^(?:0|[1-9]\d{0,5})$/.test(text) || Number(text) < least) {
      const flag = written(name);
      throw new CofferError('usage', `${flag} ${text} is not a whole number of at least ${least}`);
    }
    return Number(text);
  }

  /** A number of bytes, with or without a unit. */
  size(name: string): number | undefined {
    const text = this.string(name);
    return text === undefined ? undefined : parseSize(text, written(name));
  }
}

/** The flag as typed. */
export function written(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
