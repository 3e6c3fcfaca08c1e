import { CofferError } from '../errors.ts';
import { nearest } from '../manifest/nearest.ts';

/** An unknown word, and the known one closest to it. */
export function unknown(
  message: string,
  word: string,
  known: readonly string[],
  hint = oneOf(known),
): CofferError {
  const close = nearest(word, known);
  return new CofferError('usage', message, { hint: close ? `did you mean ${close}?` : hint });
}

/** The known flag closest to an unknown one; for a letter, the one that begins with it. */
export function nearestFlag(name: string, known: readonly string[]): string | undefined {
  const long = known.filter((one) => one.startsWith('--'));
  if (name.length > 2) return nearest(name, long);
  const letter = name.slice(1).toLowerCase();
  const close = known.find((one) => one === `-${letter}`);
  const [first, ...more] = long.filter((one) => one.startsWith(`--${letter}`));
  return close ?? (more.length === 0 ? first : undefined);
}

/** `text, json or markdown`. */
export function oneOf(values: readonly string[]): string {
  return values.length < 2
    ? values.join('')
    : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
}
