import { Script } from 'node:vm';
import type { Piece } from './code-cache.ts';
import type { Run } from './table.ts';

/** The file of all modules, which is ASCII. */
export interface ModulesFile {
  /** Its name, for stack traces and for Node's own loader. */
  name: string;
  /** Copies the bytes from `start` to `end` into a buffer, at an offset. */
  copy: (start: number, end: number, into: Buffer, offset: number) => void;
}

/** Name, first line, first byte, the byte behind the last, and the places of those that it needs. */
type Row = readonly [
  name: string,
  line: number,
  start: number,
  end: number,
  needs: readonly number[],
];

const HEAD = '"use strict";({';
const FOOT = '})';

/**
 * Compiles modules in pieces: a module with all that it needs and that is not there yet. So V8 reads
 * only what a command loads, and takes back in one step what it compiled at an earlier run.
 */
export class Pieces {
  readonly #file: ModulesFile;
  readonly #rows: readonly Row[];
  readonly #places: ReadonlyMap<string, number>;
  readonly #known: ReadonlyMap<string, Piece>;
  readonly #compiled = new Map<number, Run>();
  readonly #used = new Map<string, { script: Script; isKept: boolean }>();

  /**
   * @param rows JSON of what the build says of each module, in the order of the file
   * @param known what earlier runs compiled
   */
  constructor(file: ModulesFile, rows: string, known: readonly Piece[]) {
    this.#file = file;
    this.#rows = JSON.parse(rows) as Row[];
    this.#places = new Map(this.#rows.map(([name], place) => [name, place]));
    this.#known = new Map(known.map((piece) => [piece.modules, piece]));
  }

  /** The function of a module; `undefined` if it is not one of them. */
  find(name: string): Run | undefined {
    const place = this.#places.get(name);
    if (place === undefined) return undefined;
    if (!this.#compiled.has(place)) this.#compile(this.#missing(place));
    return this.#compiled.get(place);
  }

  /** What is worth keeping for the next run; `undefined` if all of it is kept. */
  keep(): Piece[] | undefined {
    const used = [...this.#used];
    if (used.every(([, { isKept }]) => isKept)) return undefined;
    const others = [...this.#known.values()].filter(({ modules }) => !this.#used.has(modules));
    return [
      ...used.map(([modules, { script }]) => ({ modules, data: script.createCachedData() })),
      ...others,
    ];
  }

  /** A module and what it needs, in the order of the file. */
  #missing(first: number): number[] {
    const found = new Set<number>();
    const visit = (place: number) => {
      if (found.has(place) || this.#compiled.has(place)) return;
      found.add(place);
      this.#rows[place]?.[4].forEach(visit);
    };
    visit(first);
    return [...found].toSorted((a, b) => a - b);
  }

  #compile(places: readonly number[]): void {
    const modules = places.join(' ');
    const { data } = this.#known.get(modules) ?? {};
    const script = new Script(this.#textOf(places), {
      filename: this.#file.name,
      cachedData: data,
    });
    const isKept = data !== undefined && script.cachedDataRejected !== true;
    this.#used.set(modules, { script, isKept });
    const table = script.runInThisContext() as Readonly<Record<string, Run>>;
    for (const place of places) this.#compiled.set(place, table[this.#row(place)[0]] as Run);
  }

  /** A script with these modules, on the lines that they have in the file. */
  #textOf(places: readonly number[]): string {
    const runs: { start: number; end: number; gap: number }[] = [];
    let [before, line] = [-1, 0];
    for (const place of places) {
      const [, first, start, end] = this.#row(place);
      const last = runs.at(-1);
      if (last && place === before + 1) last.end = end;
      else runs.push({ start, end, gap: first - line });
      before = place;
      line = this.#rows[place + 1]?.[1] ?? 0;
    }
    const size = runs.reduce((sum, { start, end, gap }) => sum + gap + end - start, 0);
    const text = Buffer.allocUnsafeSlow(HEAD.length + size + FOOT.length);
    let offset = text.write(HEAD, 'latin1');
    for (const { start, end, gap } of runs) {
      text.fill('\n', offset, offset + gap);
      this.#file.copy(start, end, text, offset + gap);
      offset += gap + end - start;
    }
    text.write(FOOT, offset, 'latin1');
    return text.toString('latin1');
  }

  #row(place: number): Row {
    const row = this.#rows[place];
    if (!row) throw new Error(`no module ${place}`);
    return row;
  }
}
