import { CofferError } from '../errors.ts';

/** What to ask for in several calls, each of which takes up to `size`. */
export function lotsOf<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}

/** One answer of many: what it holds, and what to ask for the next one by. */
export interface Page<Item> {
  items: readonly Item[];
  next: string | undefined;
}

/**
 * The items of all pages. A page may be empty and still have a successor.
 * @throws CofferError when a page leads back to one that was read, which would go on for ever
 */
export async function readPages<Item>(
  what: string,
  read: (next: string | undefined) => Promise<Page<Item>>,
): Promise<Item[]> {
  const found: Item[] = [];
  const seen = new Set<string>();
  let next: string | undefined;
  do {
    const page = await read(next);
    found.push(...page.items);
    next = page.next || undefined;
    if (next !== undefined && seen.has(next)) {
      throw new CofferError(
        'aws',
        `${what}: AWS gave the same page twice, so the list has no end`,
        {
          hint: 'run the command again; if that does not help, check what is at --endpoint-url',
        },
      );
    }
    if (next !== undefined) seen.add(next);
  } while (next !== undefined);
  return found;
}
