import { ENVIRONMENT, lines, type VariableFormat } from './format.ts';

/** `NAME='value'`, for what `findDotenvFault` finds no fault with. */
export function dotenvLine(name: string, value: string): string {
  const style = STYLES.find(({ holds }) => holds(value));
  return `${name}=${style?.quote ?? ''}${value}${style?.quote ?? ''}`;
}

/** Why a .env file cannot hold a text: it knows no escapes but `\n`, and drops carriage returns. */
export function findDotenvFault(value: string): string | undefined {
  if (value.includes('\r')) return 'a .env file cannot hold a carriage return';
  if (STYLES.some(({ holds }) => holds(value))) return undefined;
  if (value.endsWith('\\')) return 'a .env file cannot quote a text that ends with a backslash';
  return 'a .env file has no quotes for a text with all of \' " and `';
}

/**
 * How Node and dotenv read a value back byte for byte. Most readers take single quotes alike; they
 * differ in what `$` and `\` mean inside of double ones, and not all know backticks. To dotenv, a
 * backslash at the end would keep the closing quote from being one.
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
