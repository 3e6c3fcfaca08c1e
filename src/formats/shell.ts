import { ENVIRONMENT, lines, type VariableFormat } from './format.ts';

/**
 * A word that bash, dash and zsh read back byte for byte: single quotes have no special characters.
 */
export function shellQuote(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}

/** `export NAME='value'`, to source. */
export function shellExport(name: string, value: string): string {
  return `export ${name}=${shellQuote(value)}`;
}

export const format: VariableFormat = {
  rules: { ...ENVIRONMENT, allows: /^[A-Za-z_]\w*$/ },
  render: lines(shellExport),
};
