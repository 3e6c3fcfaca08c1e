import { diffArrays } from 'diff';
import type { Versions } from './merged.ts';

/**
 * The keys of both sides in one order: the order of ours, with keys that theirs added or moved
 * after the key that they follow there. A key that both moved stays where ours has it.
 */
export function mergeOrder({ base, ours, theirs }: Versions<readonly string[]>): string[] {
  const known = new Set(base);
  const inTheirs = new Set(theirs);
  const placedByOurs = findPlaced(base, ours);
  const placedByTheirs = findPlaced(base, theirs);
  const order = ours.filter(
    (key) => !known.has(key) || !placedByTheirs.has(key) || placedByOurs.has(key),
  );
  const isAddedByOurs = (key: string | undefined) =>
    key !== undefined && !known.has(key) && !inTheirs.has(key);
  const ordered = new Set(order);
  for (const [index, key] of theirs.entries()) {
    if (ordered.has(key)) continue;
    ordered.add(key);
    let at = order.indexOf(theirs[index - 1] ?? '') + 1;
    // Additions of both sides in the same place: ours first.
    while (isAddedByOurs(order[at])) at += 1;
    order.splice(at, 0, key);
  }
  return order;
}

/** The keys that a side added or moved. */
function findPlaced(base: readonly string[], side: readonly string[]): Set<string> {
  const changes = diffArrays([...base], [...side]);
  return new Set(changes.filter(({ added }) => added).flatMap(({ value }) => value));
}
