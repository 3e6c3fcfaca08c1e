import { ENVIRONMENT, lines, type VariableFormat } from './format.ts';

/**
 * `$env:NAME = "value"`, for PowerShell 5.1 and newer. Only ASCII and only one line, so that neither
 * the encoding of a file nor a pipe, which hands over line by line, changes the value.
 */
export function powershellLine(name: string, value: string): string {
  const text = value.replaceAll(/["$`]/g, '`$&').replaceAll(/[^ -~]/g, escapeUnit);
  return `$env:${name} = "${text}"`;
}

/** Without the flag `u`, an expression finds the halves of a pair one by one, as `[char]` does. */
function escapeUnit(unit: string): string {
  return `$([char]${unit.charCodeAt(0)})`;
}

export const format: VariableFormat = {
  rules: { ...ENVIRONMENT, allows: /^[A-Za-z_]\w*$/ },
  render: lines(powershellLine),
};
