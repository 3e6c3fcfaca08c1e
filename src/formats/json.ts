import type { Entry, VariableFormat } from './format.ts';

/** One JSON object, with values as text, and StringLists as arrays of texts. */
export function renderJson(entries: readonly Entry[]): string {
  const values = Object.fromEntries(
    entries.map(({ variable, value, items }) => [variable, items ?? value]),
  );
  return `${JSON.stringify(values, null, 2)}\n`;
}

export const format: VariableFormat = {
  rules: { names: 'exact', allows: /./s },
  render: renderJson,
};
