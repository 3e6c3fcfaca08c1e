import { CofferError, type Problem } from '../../../errors.ts';

/** A value that a file holds. */
export interface Entry {
  /** Names of maps, joined by `/`. */
  name: string;
  /** Its text as written; null for none; a list of texts; of a secret, also bytes. */
  value: string | null | readonly string[] | Buffer;
  line: number;
}

/** Entries, and what readers of such files read differently without any harm. */
export interface Reading {
  entries: Entry[];
  warnings: Problem[];
}

/** Collects what is wrong with a file, and where. Never quotes a value. */
export class Mistakes {
  readonly #file: string;
  readonly #problems: Problem[] = [];

  constructor(file: string) {
    this.#file = file;
  }

  add(line: number, message: string, hint?: string): void {
    this.#problems.push({ message, hint, place: { file: this.#file, line, column: 1 } });
  }

  /** @throws CofferError `source` if there are any */
  refuse(): void {
    const [first] = this.#problems;
    if (!first) return;
    throw new CofferError('source', first.message, { ...first, problems: this.#problems });
  }
}
