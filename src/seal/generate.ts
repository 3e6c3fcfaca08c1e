import { randomInt } from 'node:crypto';
import { CofferError } from '../errors.ts';
import { charactersOf, charactersOfClass, lackingClass } from '../manifest/characters.ts';
import type { Generate } from '../manifest/model.ts';

/**
 * A random value from the system's generator. All values with the required classes are equally
 * likely: values without one of them are discarded whole.
 * @throws CofferError `source` if no such value exists
 */
export function generateValue({ length, charset, require }: Generate): string {
  const characters = charactersOf(charset);
  const classes = require.map(charactersOfClass);
  if (characters.length === 0) throw impossible(`the charset ${charset} has no characters`);
  const lacking = lackingClass({ charset, require });
  if (lacking !== undefined) {
    throw impossible(`the charset ${charset} has no character of class ${lacking}`);
  }
  if (!(length >= 1)) throw impossible('a value needs at least one character');
  if (length < classes.length) {
    throw impossible(`length ${length} is too short for ${classes.length} required classes`);
  }
  for (;;) {
    const value = Array.from({ length }, () => characters[randomInt(characters.length)] ?? '');
    if (classes.every((wanted) => value.some((c) => wanted.has(c)))) return value.join('');
  }
}

function impossible(message: string): CofferError {
  return new CofferError('source', message, { hint: 'fix generate: in the manifest' });
}
