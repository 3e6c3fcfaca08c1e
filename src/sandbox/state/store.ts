import { closeSync, createReadStream, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const HEADER = '["coffer sandbox",2]';
const SLACK = 8 * 1024 * 1024;

type Entry = [table: string, key: string, value?: unknown];

/**
 * Tables of JSON values, stored in an append-only journal: one line per change, the last one wins.
 *
 * A change is written before it is answered, so a kill loses no acknowledged change; loading drops
 * a torn last line. When the journal is much longer than its content, it is rewritten and renamed.
 */
export class Store {
  readonly #tables = new Map<string, Map<string, unknown>>();
  readonly #path: string | undefined;
  #file: number | undefined;
  #written = 0;
  #compacted = 0;

  private constructor(path: string | undefined) {
    this.#path = path;
  }

  /** Without a folder, keeps everything in memory. */
  static async open(folder?: string): Promise<Store> {
    if (folder === undefined) return new Store(undefined);
    const store = new Store(join(folder, 'journal.jsonl'));
    await store.#load();
    store.#compact();
    return store;
  }

  table<Value>(name: string): Table<Value> {
    return new Table(this.#rows(name) as Map<string, Value>, (key, value) => {
      this.#append(value === undefined ? [name, key] : [name, key, value]);
    });
  }

  close(): void {
    if (this.#file === undefined) return;
    fsyncSync(this.#file);
    closeSync(this.#file);
    this.#file = undefined;
  }

  #rows(name: string): Map<string, unknown> {
    const rows = this.#tables.get(name) ?? new Map<string, unknown>();
    this.#tables.set(name, rows);
    return rows;
  }

  async #load(): Promise<void> {
    if (this.#path === undefined) return;
    let damaged: number | undefined;
    let number = 0;
    try {
      const lines = createInterface({ input: createReadStream(this.#path), crlfDelay: Infinity });
      for await (const line of lines) {
        number += 1;
        if (number === 1 && line !== HEADER) throw new Error('it is not a journal of this version');
        if (damaged !== undefined) throw new Error(`line ${damaged} is damaged`);
        const entry = parseEntry(line);
        if (entry === undefined) damaged = number;
        else if (number > 1) this.#apply(entry);
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }

  #apply([table, key, value]: Entry): void {
    if (value === undefined) this.#rows(table).delete(key);
    else this.#rows(table).set(key, value);
  }

  #append(entry: Entry): void {
    if (this.#file === undefined) return;
    this.#write(this.#file, JSON.stringify(entry));
    if (this.#written > 2 * this.#compacted + SLACK) this.#compact();
  }

  #write(file: number, line: string): void {
    const bytes = Buffer.from(`${line}\n`);
    for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
    this.#written += bytes.length;
  }

  #compact(): void {
    if (this.#path === undefined) return;
    const next = `${this.#path}.next`;
    const file = openSync(next, 'w', 0o600);
    this.#written = 0;
    this.#write(file, HEADER);
    for (const [table, rows] of this.#tables) {
      for (const [key, value] of rows) this.#write(file, JSON.stringify([table, key, value]));
    }
    fsyncSync(file);
    renameSync(next, this.#path);
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = file;
    this.#compacted = this.#written;
  }
}

function parseEntry(line: string): Entry | undefined {
  try {
    const entry: unknown = JSON.parse(line);
    return Array.isArray(entry) ? (entry as unknown as Entry) : undefined;
  } catch {
    return undefined;
  }
}

/** A map from key to JSON value. Values are replaced, never changed in place. */
export class Table<Value> {
  readonly #rows: Map<string, Value>;
  readonly #changed: (key: string, value: Value | undefined) => void;
  #sorted: string[] | undefined;

  constructor(rows: Map<string, Value>, changed: (key: string, value: Value | undefined) => void) {
    this.#rows = rows;
    this.#changed = changed;
  }

  get(key: string): Value | undefined {
    return this.#rows.get(key);
  }

  has(key: string): boolean {
    return this.#rows.has(key);
  }

  set(key: string, value: Value): void {
    if (!this.#rows.has(key)) this.#sorted = undefined;
    this.#rows.set(key, value);
    this.#changed(key, value);
  }

  delete(key: string): void {
    if (!this.#rows.delete(key)) return;
    this.#sorted = undefined;
    this.#changed(key, undefined);
  }

  values(): Iterable<Value> {
    return this.#rows.values();
  }

  /** The keys that start with `prefix` and come after `after`, in UTF-8 byte order. */
  *keys(prefix: string, after = ''): Generator<string> {
    this.#sorted ??= [...this.#rows.keys()].sort(compareUtf8);
    const sorted = this.#sorted;
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const key = sorted[middle] ?? '';
      if (compareUtf8(key, prefix) < 0 || compareUtf8(key, after) <= 0) low = middle + 1;
      else high = middle;
    }
    for (let index = low; index < sorted.length; index += 1) {
      const key = sorted[index] ?? '';
      if (!key.startsWith(prefix)) return;
      yield key;
    }
  }
}

export function compareUtf8(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}
