import { CofferError } from '../errors.ts';
import { nearest } from '../manifest/read/nearest.ts';

/** What there is not, and what was probably meant. */
export function unknown(
  message: string,
  word: string,
  known: readonly string[],
  hint = oneOf(known),
): CofferError {
  const close = nearest(word, known);
  return new CofferError('usage', message, { hint: close ? `did you mean ${close}?` : hint });
}

/** `text, json or markdown`. */
export function oneOf(values: readonly string[]): string {
  return values.length < 2
    ? values.join('')
    : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
}
