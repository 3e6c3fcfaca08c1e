import { Refusal } from '../refusal.ts';

interface Page<Item> {
  items: Item[];
  next: string | undefined;
}

interface PageRequest {
  size: number;
  token: string | undefined;
  /** The error code for an invalid token. */
  invalidCode: string;
  /** Begin with a page that contains only a token. */
  emptyFirst?: boolean;
}

/** Cuts one page from items sorted by key; the token names the last key. */
export function page<Item>(
  items: Iterable<Item>,
  keyOf: (item: Item) => string,
  request: PageRequest,
  compare: (one: string, other: string) => number,
): Page<Item> {
  const after =
    request.token === undefined ? undefined : decode(request.token, request.invalidCode);
  if (after === undefined && request.emptyFirst === true) return { items: [], next: encode('') };
  const taken: Item[] = [];
  for (const item of items) {
    if (after !== undefined && compare(keyOf(item), after) <= 0) continue;
    if (taken.length === request.size) {
      const last = taken.at(-1);
      return { items: taken, next: last === undefined ? undefined : encode(keyOf(last)) };
    }
    taken.push(item);
  }
  return { items: taken, next: undefined };
}

function encode(key: string): string {
  return Buffer.from(JSON.stringify({ after: key })).toString('base64url');
}

function decode(token: string, code: string): string {
  try {
    const { after } = JSON.parse(Buffer.from(token, 'base64url').toString()) as { after?: unknown };
    if (typeof after === 'string') return after;
  } catch {
    // falls through to the refusal
  }
  throw new Refusal(code, 'The specified token is not valid.');
}
