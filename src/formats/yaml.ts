import type { Entry, VariableFormat } from './format.ts';

/**
 * One YAML map, with StringLists as lists. Quotes everything, because readers of YAML 1.1 and 1.2
 * differ on plain text.
 */
export function renderYaml(entries: readonly Entry[]): string {
  if (entries.length === 0) return '{}\n';
  return entries
    .map(({ variable, value, items }) => {
      const text = items ? `[${items.map(quote).join(', ')}]` : quote(value);
      return `${quote(variable)}: ${text}\n`;
    })
    .join('');
}

/** YAML reads JSON strings, but treats some characters as line breaks, and refuses others. */
function quote(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[\u007F-\u009F\u2028\u2029\uFEFF\uFFFE\uFFFF]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

export const format: VariableFormat = {
  rules: { names: 'exact', allows: /./s },
  render: renderYaml,
};
