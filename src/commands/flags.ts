import { CofferError } from '../errors.ts';

/** Stands before every value on its way through the parser, which would read 0123 as a number. */
export const VERBATIM = '\u0001';

/** The flags of one call, by name without dashes (`no-create-key` is `createKey: false`). */
export class Flags {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values;
  }

  boolean(name: string): boolean {
    return this.#values[name] === true;
  }

  /** A flag that is on unless `--no-…` turned it off. */
  isAllowed(name: string): boolean {
    return this.#values[name] !== false;
  }

  /** Every value of a flag that may be repeated. */
  list(name: string): string[] {
    const value = this.#values[name];
    const values = Array.isArray(value) ? value : [value];
    return values
      .filter((item) => typeof item === 'string' || typeof item === 'number')
      .map((item) => String(item).replace(VERBATIM, ''));
  }

  string(name: string): string | undefined {
    const values = this.list(name);
    if (values.length > 1) {
      throw new CofferError('usage', `--${name} is given ${values.length} times`, {
        hint: 'give it once',
      });
    }
    return values[0];
  }

  /** One of the values that the flag is declared with. */
  choice<Value extends string>(name: string, values: readonly Value[]): Value | undefined {
    const value = this.string(name);
    return values.find((one) => one === value);
  }

  /** A whole number from 1 up. */
  count(name: string): number | undefined {
    const text = this.string(name);
    if (text === undefined) return undefined;
    if (!/^[1-9]\d{0,5}$/.test(text)) {
      throw new CofferError('usage', `--${name} ${text} is not a whole number from 1 up`);
    }
    return Number(text);
  }
}
