import type { ScalarNode } from './nodes.ts';

const NULL = /^(?:~|null|Null|NULL)?$/;

/** A scalar's text: the source of a plain one, the meaning of any other. */
export function textOf(scalar: ScalarNode): string {
  return scalar.source;
}

export function isPlain(scalar: ScalarNode): boolean {
  return scalar.type === 'PLAIN' && scalar.tag === undefined;
}

export function isNull(scalar: ScalarNode): boolean {
  return isPlain(scalar) && NULL.test(scalar.source);
}

/**
 * A scalar as JSON, for the schema. A number must be written as JavaScript would write it, so that
 * no digit is lost.
 */
export function dataOf(scalar: ScalarNode): string | number | boolean | null {
  return isPlain(scalar) ? plainData(scalar.source) : scalar.source;
}

function plainData(text: string): string | number | boolean | null {
  if (NULL.test(text)) return null;
  if (text === 'true' || text === 'false') return text === 'true';
  const number = Number(text);
  return Number.isFinite(number) && String(number) === text ? number : text;
}

/** What YAML 1.1 or 1.2 reads as a number, in base 2, 8, 10, 16 or 60. */
const NUMBER =
  /^[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[\da-f_]+|\d[\d_]*(?::[0-5]?\d)*(?:\.[\d_]*)?(?:e[-+]?\d+)?|\.\d[\d_]*(?:e[-+]?\d+)?|\.inf)$/i;
const NOT_A_NUMBER = /^\.nan$/i;
const DATE = /^\d{4}-\d{1,2}-\d{1,2}(?:[Tt\s]|$)/;
const TRUTH = /^(?:y|yes|n|no|true|false|on|off)$/i;

/**
 * Whether every reader, of YAML 1.1 too, takes `text` for a text if it is written plain: not for a
 * number, a date, a truth or null.
 */
export function readsAsString(text: string): boolean {
  return ![NULL, NUMBER, NOT_A_NUMBER, DATE, TRUTH].some((other) => other.test(text));
}
