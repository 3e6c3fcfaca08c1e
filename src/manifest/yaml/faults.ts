import { CofferError, type Problem } from '../../errors.ts';
import type { Places } from './places.ts';

/** A problem by its offset in the text. Neither message nor hint may quote a value. */
interface Fault {
  offset: number;
  message: string;
  hint?: string | undefined;
}

/** Collects all problems of one manifest. */
export class Faults {
  readonly #faults: Fault[] = [];
  readonly #offsets = new Set<number>();

  add(offset: number, message: string, hint?: string): void {
    this.#faults.push({ offset, message, hint });
    this.#offsets.add(offset);
  }

  clear(): void {
    this.#faults.length = 0;
    this.#offsets.clear();
  }

  /** Whether a problem at `offset` is already reported. */
  has(offset: number): boolean {
    return this.#offsets.has(offset);
  }

  get isEmpty(): boolean {
    return this.#faults.length === 0;
  }

  /** One error with all problems, in the order of the file. */
  toError(places: Places): CofferError {
    const problems: Problem[] = this.#faults
      .sort((a, b) => a.offset - b.offset)
      .map(({ offset, message, hint }) => ({ message, hint, place: places.at(offset) }));
    const [first] = problems;
    if (problems.length === 1 && first) {
      const { message, hint, place } = first;
      return new CofferError('manifest', message, { hint, place, problems });
    }
    const summary = `${problems.length} problems in ${places.file}`;
    return new CofferError('manifest', summary, { place: first?.place, problems });
  }
}

const LONGEST_QUOTE = 80;

/** A key or name for a message: in quotes, on one line, and not too long. */
export function quote(name: string): string {
  const short = name.length > LONGEST_QUOTE ? `${name.slice(0, LONGEST_QUOTE)}…` : name;
  return JSON.stringify(short);
}
