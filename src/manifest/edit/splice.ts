/** Puts `replacement` in place of `start` to `end`. */
export interface Splice {
  start: number;
  end: number;
  replacement: string;
}

/** Makes all splices at once. Those at the same place keep their order. */
export function applySplices(text: string, splices: readonly Splice[]): string {
  const ordered = splices.toSorted((a, b) => a.start - b.start || a.end - b.end);
  let result = '';
  let done = 0;
  for (const { start, end, replacement } of ordered) {
    if (start < done || end < start) throw new Error(`splices overlap at offset ${start}`);
    result += text.slice(done, start) + replacement;
    done = end;
  }
  return result + text.slice(done);
}
