import type { Scalar } from 'yaml';

const NULL = /^(?:~|null|Null|NULL)?$/;

/** A scalar's text: the source of a plain one, the meaning of any other. */
export function textOf(scalar: Scalar.Parsed): string {
  return scalar.source;
}

export function isPlain(scalar: Scalar.Parsed): boolean {
  return scalar.type === 'PLAIN' && scalar.tag === undefined;
}

export function isNull(scalar: Scalar.Parsed): boolean {
  return isPlain(scalar) && NULL.test(scalar.source);
}

/**
 * A scalar as JSON, for the schema. A number must be written as JavaScript would write it, so that
 * no digit is lost.
 */
export function dataOf(scalar: Scalar.Parsed): string | number | boolean | null {
  return isPlain(scalar) ? plainData(scalar.source) : scalar.source;
}

function plainData(text: string): string | number | boolean | null {
  if (NULL.test(text)) return null;
  if (text === 'true' || text === 'false') return text === 'true';
  const number = Number(text);
  return Number.isFinite(number) && String(number) === text ? number : text;
}

/** Whether `text`, written plain, would be read as null. */
export function readsAsNull(text: string): boolean {
  return NULL.test(text);
}

/** Whether `text`, written plain, would be read as a text, not as a number or the like. */
export function readsAsString(text: string): boolean {
  return typeof plainData(text) === 'string';
}
