import { ENVIRONMENT, lines, type VariableFormat } from './format.ts';

/** `set -gx NAME 'value'`, to source in fish, which has two escapes in single quotes. */
export function fishLine(name: string, value: string): string {
  // fish splits variables with names that end in PATH at colons, unless told otherwise.
  return `set -gx --unpath ${name} '${value.replaceAll(/[\\']/g, String.raw`\$&`)}'`;
}

/** Variables that fish does not let others set. */
const READ_ONLY = new Set(
  (
    '_ FISH_VERSION PWD SHLVL fish_kill_signal fish_killring fish_pid history hostname ' +
    'pipestatus status status_generation umask version'
  ).split(' '),
);

export const format: VariableFormat = {
  rules: {
    ...ENVIRONMENT,
    allows: /^[A-Za-z_]\w*$/,
    findNameFault: (variable) =>
      READ_ONLY.has(variable) ? `fish has a variable ${variable} of its own` : undefined,
  },
  render: lines(fishLine),
};
