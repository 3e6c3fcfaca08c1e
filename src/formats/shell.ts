import { ENVIRONMENT, lines, type VariableFormat } from './format.ts';
import { isLostInPosix, isLostInZsh } from './shell-names.ts';

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
  rules: {
    ...ENVIRONMENT,
    allows: /^[A-Za-z_]\w*$/,
    findNameFault(variable, shell) {
      if (isLostInPosix(variable)) return `bash, dash or sh has a variable ${variable} of its own`;
      const isLost = shell === 'zsh' && isLostInZsh(variable);
      return isLost ? `zsh has a variable ${variable} of its own` : undefined;
    },
  },
  render: lines(shellExport),
  findDoubt: ({ variable, secret }, shell) =>
    shell === undefined && isLostInZsh(variable)
      ? {
          message: `${secret.name}: zsh has a variable ${variable} of its own and would not keep the value`,
          hint: 'add --prefix for zsh, or --shell bash if no zsh reads it',
          place: secret.place,
        }
      : undefined,
};
