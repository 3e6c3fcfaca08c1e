import { ENVIRONMENT, lines, type VariableFormat } from './format.ts';

/** `NAME='value'` or `NAME="value"`, for text that passes `findDotenvFault`. */
export function dotenvLine(name: string, value: string): string {
  const quote = holdsSingle(value) ? "'" : '"';
  return `${name}=${quote}${value}${quote}`;
}

/**
 * Why a .env file cannot hold a text. Node, dotenv, python-dotenv, godotenv and shells read what
 * passes alike, so no shell ever runs a part of it.
 */
export function findDotenvFault(value: string): string | undefined {
  if (value.includes('\r')) return 'a .env file cannot hold a carriage return';
  if (holdsSingle(value) || holdsDouble(value)) return undefined;
  if (value.includes("'")) return 'readers of .env files differ on \' together with ", $, \\ or `';
  return /\\\\|\\$/.test(value)
    ? 'readers of .env files differ on two backslashes, and on one at the end'
    : 'some readers of .env files replace ${…}';
}

/**
 * In single quotes, python-dotenv reads two backslashes as one and replaces `${NAME}`; in dotenv, a
 * final backslash escapes the closing quote.
 */
function holdsSingle(value: string): boolean {
  return !/'|\\\\|\\$|\$\{[^}:]*(?::-[^}]*)?\}/.test(value);
}

/** Readers differ on what `$`, `\` and backticks mean in double quotes; shells run backticks. */
function holdsDouble(value: string): boolean {
  return !/["\\$`]/.test(value);
}

export const format: VariableFormat = {
  // To a shell, a line with any other name is a command.
  rules: { ...ENVIRONMENT, allows: /^[A-Za-z_]\w*$/, findFault: findDotenvFault },
  render: lines(dotenvLine),
};
