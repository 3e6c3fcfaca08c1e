/** What was done, for the report. */
export class Figures {
  readonly #counts = new Map<string, number>();
  readonly #faults = new Map<string, number>();

  add(what: string, count: number): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + count);
  }

  /** A fault that really happened. */
  happened(kind: string): void {
    this.#faults.set(kind, (this.#faults.get(kind) ?? 0) + 1);
  }

  render(): string {
    const counts = [...this.#counts].map(line);
    const faults = [...this.#faults].toSorted(([, a], [, b]) => b - a).map(line);
    return [...counts, 'faults that really happened', ...faults].join('\n');
  }
}

function line([what, count]: [string, number]): string {
  return `${String(count).padStart(10)}  ${what}`;
}
