import type { Generate } from './model.ts';

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

const CUSTOM = 'custom:';

/** The characters to choose from, each once; none for a name that means nothing. */
export function charactersOf(charset: string): string[] {
  return [
    ...new Set(
      charset.startsWith(CUSTOM) ? charset.slice(CUSTOM.length) : (CHARSETS[charset] ?? ''),
    ),
  ];
}

export function charactersOfClass(name: string): Set<string> {
  return new Set(CLASSES[name]);
}

/** The first required class of which the charset has no character, unless it has none at all. */
export function lackingClass({ charset, require }: Omit<Generate, 'length'>): string | undefined {
  const characters = charactersOf(charset);
  if (characters.length === 0) return undefined;
  return require.find((name) => {
    const wanted = charactersOfClass(name);
    return !characters.some((c) => wanted.has(c));
  });
}
