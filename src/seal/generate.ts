import { randomInt } from 'node:crypto';
import { CofferError } from '../errors.ts';
import type { Generate } from '../manifest/model.ts';

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const UPPER = LOWER.toUpperCase();
const DIGIT = '0123456789';
const SYMBOL = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

const CHARSETS: Readonly<Record<string, string>> = {
  alnum: UPPER + LOWER + DIGIT,
  ascii: UPPER + LOWER + DIGIT + SYMBOL,
  hex: `${DIGIT}abcdef`,
  base64url: `${UPPER + LOWER + DIGIT}-_`,
};

const CLASSES: Readonly<Record<string, string>> = {
  lower: LOWER,
  upper: UPPER,
  digit: DIGIT,
  symbol: SYMBOL,
};

/**
 * A random value from the system's generator. All values with the required classes are equally
 * likely: values without one of them are discarded whole.
 * @throws CofferError `source` if no such value exists
 */
export function generateValue({ length, charset, require }: Generate): string {
  const characters = [...new Set(charactersOf(charset))];
  const classes = require.map((name) => new Set(CLASSES[name] ?? ''));
  if (characters.length === 0) throw impossible(`the charset ${charset} has no characters`);
  const lacking = classes.findIndex((wanted) => !characters.some((c) => wanted.has(c)));
  if (lacking >= 0) {
    throw impossible(`the charset ${charset} has no character of class ${require[lacking]}`);
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

function charactersOf(charset: string): string {
  return charset.startsWith('custom:')
    ? charset.slice('custom:'.length)
    : (CHARSETS[charset] ?? '');
}

function impossible(message: string): CofferError {
  return new CofferError('source', message, { hint: 'fix generate: in the manifest' });
}
