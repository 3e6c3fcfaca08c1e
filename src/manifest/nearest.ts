/** The number of edits (insert, delete, replace, swap) that turn one text into the other. */
function distance(from: string, to: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1];
      let best = Math.min(
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
      );
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (swapped) best = Math.min(best, (beforePrevious[column - 2] ?? best) + 1);
      current.push(best);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[to.length] ?? 0;
}

function plainly(word: string): string {
  return word.toLowerCase().replaceAll(/[-_ ]/g, '');
}

/** The candidate of which `word` is probably a typo, if any. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  // A text this long is not a typo, and comparing it would be slow.
  if (word.length > 40) return undefined;
  let best: string | undefined;
  let bestDistance = Infinity;
  const plain = plainly(word);
  for (const candidate of candidates) {
    const other = plainly(candidate);
    const most = Math.max(1, Math.floor(candidate.length / 3));
    if (Math.abs(plain.length - other.length) > most) continue;
    const found = distance(plain, other);
    if (found <= most && found < bestDistance) {
      best = candidate;
      bestDistance = found;
    }
  }
  return best;
}
