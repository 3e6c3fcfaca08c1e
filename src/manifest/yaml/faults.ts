import { CofferError, type Problem } from '../../errors.ts';
import type { Places } from './places.ts';

/** A problem by its offset in the text. Neither message nor hint may quote a value. */
interface Fault {
  offset: number;
  message: string;
  hint?: string | undefined;
}

/** So many problems are reported: nobody reads more, and to explain each takes time. */
const MOST = 100;

/** Collects the problems of one manifest. */
export class Faults {
  readonly #faults: Fault[] = [];
  readonly #offsets = new Set<number>();
  #isFull = false;

  add(offset: number, message: string, hint?: string): void {
    this.#isFull ||= this.#faults.length === MOST;
    if (this.#isFull) return;
    this.#faults.push({ offset, message, hint });
    this.#offsets.add(offset);
  }

  clear(): void {
    this.#faults.length = 0;
    this.#offsets.clear();
    this.#isFull = false;
  }

  /** Whether a problem at `offset` is already reported. */
  has(offset: number): boolean {
    return this.#offsets.has(offset);
  }

  /** Whether there are more problems than are reported. */
  get isFull(): boolean {
    return this.#isFull;
  }

  get isEmpty(): boolean {
    return this.#faults.length === 0;
  }

  /** One error with the problems, in the order of the file. */
  toError(places: Places): CofferError {
    const problems: Problem[] = this.#faults
      .sort((a, b) => a.offset - b.offset)
      .map(({ offset, message, hint }) => ({ message, hint, place: places.at(offset) }));
    const [first] = problems;
    if (problems.length === 1 && first) {
      const { message, hint, place } = first;
      return new CofferError('manifest', message, { hint, place, problems });
    }
    if (this.#isFull) {
      const message = 'there are more problems, which are not shown';
      problems.push({ message, hint: 'fix these first', place: problems.at(-1)?.place });
    }
    const count = this.#isFull ? `more than ${MOST}` : problems.length;
    const summary = `${count} problems in ${places.file}`;
    return new CofferError('manifest', summary, { place: first?.place, problems });
  }
}

const LONGEST_QUOTE = 80;

/** A key or name for a message: in quotes, on one line, and not too long. */
export function quote(name: string): string {
  const short = name.length > LONGEST_QUOTE ? `${name.slice(0, LONGEST_QUOTE)}…` : name;
  return JSON.stringify(short);
}
