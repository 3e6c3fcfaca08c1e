import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { PRICES, PRICES_DATE } from '../../../src/plan/prices.ts';

const DOCS = await readFile(new URL('../../../docs/cost.md', import.meta.url), 'utf8');

test.each(Object.entries(PRICES))(
  'docs/cost.md has the price of %s, and its source',
  (_, price) => {
    const { dollars, source } = price;
    const text = `$${dollars < 0.1 || dollars >= 1 ? dollars : dollars.toFixed(2)} a `;
    const rows = DOCS.split('\n').filter((line) => line.includes(`(${source})`));
    expect(rows.some((row) => row.includes(text))).toBe(true);
  },
);

test('docs/cost.md says from which day the prices are', () => {
  const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
  expect(DOCS).toContain(day.format(new Date(PRICES_DATE)));
});
