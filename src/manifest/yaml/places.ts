import type { Place } from '../../errors.ts';

const BOM = '\uFEFF';

/** Converts offsets in a text to lines and columns, counted in UTF-16 units. */
export class Places {
  readonly file: string;
  readonly #lineStarts: number[];

  constructor(text: string, file: string) {
    this.file = file;
    // A byte order mark does not count as a column.
    this.#lineStarts = [text.startsWith(BOM) ? 1 : 0];
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) {
      this.#lineStarts.push(at + 1);
    }
  }

  at(offset: number): Place {
    let low = 0;
    let high = this.#lineStarts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    const column = Math.max(offset - (this.#lineStarts[low] ?? 0), 0) + 1;
    return { file: this.file, line: low + 1, column };
  }
}
