import { CofferError } from '../errors.ts';

/** Splits items into batches of up to `size`. */
export function lotsOf<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}

/** One page: its items, and the token of the next page. */
export interface Page<Item> {
  items: readonly Item[];
  next: string | undefined;
}

/**
 * Returns the items of all pages. A page may be empty and still have a successor.
 * @throws CofferError if a token repeats, which would never end
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
          hint: 'run the command again; if that does not help, check the server at --endpoint-url',
        },
      );
    }
    if (next !== undefined) seen.add(next);
  } while (next !== undefined);
  return found;
}
