import { lines, type VariableFormat } from './format.ts';

/** `name = "value"`, for what `findTfvarsFault` finds no fault with. */
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

/** Why Terraform cannot hold a text: it brings every string into Unicode's normal form C. */
export function findTfvarsFault(value: string): string | undefined {
  return value === value.normalize('NFC')
    ? undefined
    : 'Terraform would compose its letters and accents (Unicode NFC), and so change it';
}

function escapeCodePoint(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`;
}

export const format: VariableFormat = {
  rules: { names: 'lower', allows: /^[A-Za-z_][\w-]*$/, findFault: findTfvarsFault },
  render: lines(tfvarsLine),
};
