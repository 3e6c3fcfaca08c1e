import type { Parameter } from '../manifest/model.ts';

const STANDARD_BYTES = 4096;
export const ADVANCED_BYTES = 8192;

/** Up to this many sealed bytes, a blob stands in the manifest itself. */
export const INLINE_LIMIT = 64 * 1024;

/** The most bytes that SSM holds of a parameter. */
export function ssmLimit(parameter: Pick<Parameter, 'tier'>): number {
  return (parameter.tier ?? 'Standard') === 'Standard' ? STANDARD_BYTES : ADVANCED_BYTES;
}

/** Whether SSM takes a text for one that refers to another parameter, and refuses it. */
export function holdsReference(text: string): boolean {
  const open = text.indexOf('{{');
  return open !== -1 && text.includes('}}', open + 2);
}
