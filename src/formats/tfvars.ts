import { lines, type VariableFormat } from './format.ts';

/** `name = "value"`, for text that passes `findTfvarsFault`. */
export function tfvarsLine(name: string, value: string): string {
  const text = value
    .replaceAll(/["\\]/g, '\\$&')
    .replaceAll(/[$%](?=\{)/g, '$&$&')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, escapeCodePoint);
  return `${name} = "${text}"`;
}

/** Why Terraform cannot hold a text: it normalises every string to Unicode NFC. */
export function findTfvarsFault(value: string): string | undefined {
  return value === value.normalize('NFC')
    ? undefined
    : 'Terraform would change it by composing letters and accents (Unicode NFC)';
}

function escapeCodePoint(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`;
}

export const format: VariableFormat = {
  rules: { names: 'lower', allows: /^[A-Za-z_][\w-]*$/, findFault: findTfvarsFault },
  render: lines(tfvarsLine),
};
