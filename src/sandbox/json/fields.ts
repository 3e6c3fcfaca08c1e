import { broken, Refusal } from '../refusal.ts';

interface TextRules {
  min?: number;
  max?: number;
  pattern?: RegExp;
  oneOf?: readonly string[];
  /** Keeps the value out of the message. */
  secret?: boolean;
}

interface Range {
  min: number;
  max: number;
}

/**
 * The members of a JSON request, read with the constraints that AWS's API models declare: a wrong
 * JSON type is a SerializationException, a broken constraint a ValidationException.
 */
export class Fields {
  readonly #input: object;

  constructor(input: object) {
    this.#input = input;
  }

  has(name: string): boolean {
    return this.#get(name) !== undefined;
  }

  text(name: string, rules: TextRules = {}): string {
    const value = this.optionalText(name, rules);
    if (value === undefined) throw missing(name);
    return value;
  }

  optionalText(name: string, rules: TextRules = {}): string | undefined {
    const value = this.#get(name);
    if (value === undefined) return undefined;
    return checkedText(name, value, rules);
  }

  flag(name: string): boolean {
    return this.optionalFlag(name) ?? false;
  }

  optionalFlag(name: string): boolean | undefined {
    const value = this.#get(name);
    if (value !== undefined && typeof value !== 'boolean') throw mistyped(value, 'Boolean');
    return value;
  }

  integer(name: string, range: Range): number | undefined {
    const value = this.#get(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'number' || !Number.isInteger(value)) throw mistyped(value, 'Integer');
    if (value < range.min) {
      throw broken(
        name,
        String(value),
        `Member must have value greater than or equal to ${range.min}`,
      );
    }
    if (value > range.max) {
      throw broken(
        name,
        String(value),
        `Member must have value less than or equal to ${range.max}`,
      );
    }
    return value;
  }

  blob(name: string, size: Range): Buffer {
    const value = this.#get(name);
    if (value === undefined) throw missing(name);
    if (typeof value !== 'string') throw mistyped(value, 'Blob');
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(value) || value.length % 4 !== 0) {
      throw new Refusal('SerializationException', `${name} is not valid base64`);
    }
    const bytes = Buffer.from(value, 'base64');
    checkLength(name, undefined, bytes.length, size);
    return bytes;
  }

  texts(name: string, size: Range, each: TextRules = {}): string[] {
    return this.#list(name, size).map((value) => checkedText(name, value, each));
  }

  object(name: string): Fields | undefined {
    const value = this.#get(name);
    return value === undefined ? undefined : structure(value);
  }

  objects(name: string, size: Range): Fields[] {
    return this.#list(name, size).map(structure);
  }

  map(name: string): Record<string, string> {
    const value = this.#get(name) ?? {};
    if (typeof value !== 'object' || Array.isArray(value)) throw mistyped(value, 'Map');
    const entries = Object.entries(value).map(([key, text]): [string, string] => {
      if (typeof text !== 'string') throw mistyped(text, 'String');
      return [key, text];
    });
    return Object.fromEntries(entries);
  }

  #list(name: string, size: Range): unknown[] {
    const value = this.#get(name);
    if (value === undefined) {
      if (size.min > 0) throw missing(name);
      return [];
    }
    if (!Array.isArray(value)) throw mistyped(value, 'List');
    checkLength(name, `[${value.join(', ')}]`, value.length, size);
    return value;
  }

  #get(name: string): unknown {
    const value = Object.hasOwn(this.#input, name) ? (this.#input as never)[name] : undefined;
    return value === null ? undefined : value;
  }
}

function structure(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw mistyped(value, 'Structure');
  }
  return new Fields(value);
}

function checkedText(name: string, value: unknown, rules: TextRules): string {
  if (typeof value !== 'string') throw mistyped(value, 'String');
  const shown = rules.secret === true ? undefined : value;
  checkLength(name, shown, value.length, { min: rules.min ?? 0, max: rules.max ?? Infinity });
  if (rules.pattern !== undefined && !rules.pattern.test(value)) {
    const { source } = rules.pattern;
    throw broken(name, shown, `Member must satisfy regular expression pattern: ${source}`);
  }
  if (rules.oneOf !== undefined && !rules.oneOf.includes(value)) {
    throw broken(name, shown, `Member must satisfy enum value set: [${rules.oneOf.join(', ')}]`);
  }
  return value;
}

function checkLength(name: string, shown: string | undefined, length: number, size: Range): void {
  if (length < size.min) {
    throw broken(name, shown, `Member must have length greater than or equal to ${size.min}`);
  }
  if (length > size.max) {
    throw broken(name, shown, `Member must have length less than or equal to ${size.max}`);
  }
}

function missing(name: string): Refusal {
  return broken(name, 'null', 'Member must not be null');
}

function mistyped(value: unknown, wanted: string): Refusal {
  const found = Array.isArray(value)
    ? 'LIST'
    : typeof value === 'object'
      ? 'STRUCTURE'
      : typeof value;
  return new Refusal(
    'SerializationException',
    `${found.toUpperCase()}_VALUE can not be converted to a ${wanted}`,
  );
}

/** The object in a request's body. */
export function parseFields(body: Buffer): Fields {
  let parsed: unknown;
  try {
    parsed = JSON.parse(
      body.length === 0 ? '{}' : new TextDecoder('utf-8', { fatal: true }).decode(body),
    );
  } catch {
    throw new Refusal('SerializationException', 'The request body is not valid JSON');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new Refusal('SerializationException', 'Start of structure or map expected');
  }
  return new Fields(parsed);
}
