import { ENVIRONMENT, lines, type VariableFormat } from './format.ts';

/** `NAME='value'`, for text that passes `findDotenvFault`. */
export function dotenvLine(name: string, value: string): string {
  const style = STYLES.find(({ holds }) => holds(value));
  return `${name}=${style?.quote ?? ''}${value}${style?.quote ?? ''}`;
}

/**
 * Why a .env file cannot hold a text: its only escape is `\n`, and readers drop carriage returns.
 */
export function findDotenvFault(value: string): string | undefined {
  if (value.includes('\r')) return 'a .env file cannot hold a carriage return';
  if (STYLES.some(({ holds }) => holds(value))) return undefined;
  if (value.endsWith('\\')) return 'a .env file cannot quote a text that ends with a backslash';
  return 'a .env file cannot quote a text that contains all of \' " and `';
}

/**
 * How Node and dotenv read a value back byte for byte. Most readers agree on single quotes; they
 * differ on `$` and `\` in double quotes, and some do not support backticks. In dotenv, a final
 * backslash escapes the closing quote.
 */
const STYLES: readonly { quote: string; holds: (value: string) => boolean }[] = [
  { quote: "'", holds: (value) => !/'|\\$/.test(value) },
  { quote: '"', holds: (value) => !/["\\$`]/.test(value) },
  { quote: '`', holds: (value) => !/`|\\$/.test(value) },
  { quote: '"', holds: (value) => !/"|\\[nr]|\\$/.test(value) },
  { quote: '', holds: (value) => !/[\n#]|^['"`\s]|\s$/.test(value) },
];

export const format: VariableFormat = {
  rules: { ...ENVIRONMENT, allows: /^[\w.-]+$/, findFault: findDotenvFault },
  render: lines(dotenvLine),
};
