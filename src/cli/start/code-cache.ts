import { dirname, join } from 'node:path';
import { readKept, removeKept, writeKept, type Kind } from './kept-file.ts';

/** The compiled code of some modules. */
export interface Piece {
  /** Which they are, without line breaks. */
  modules: string;
  /** What V8 takes back. It refuses data of another version of V8, or of other flags. */
  data: Buffer;
}

/** The compiled code of one command. */
export interface Code {
  command: string;
  pieces: readonly Piece[];
}

const LENGTH_BYTES = 4;
/** V8 copies data that is not aligned to words. */
const WORD_BYTES = 8;
/** What no longer fits is compiled again when it is needed. */
const MOST_BYTES = 8 * 1024 * 1024;
/** With their names. */
export const FILE_BYTES = 2 * MOST_BYTES;
const OLD_MS = 30 * 24 * 60 * 60 * 1000;

/** Whether the user wants no code kept. */
export function isCacheOff({
  COFFER_CACHE,
}: Readonly<Record<string, string | undefined>>): boolean {
  return COFFER_CACHE === 'off';
}

/** Where all users share code: beside the script that runs, so whoever can write there is trusted. */
export function sharedFolder(script: string): string {
  return join(dirname(script), 'compiled');
}

/** What the names of files begin with: other builds and other versions of V8 have other code. */
export function prefixOf(build: string): string {
  return `${build}-${process.versions.v8}-${process.arch}-`;
}

/** How many words may be before the command: flags and their values. */
const WORDS_BEFORE = 12;

/** The words of a call that may be its command, for who does not know the commands. */
export function possibleCommands(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--');
  const words = argv.slice(0, end < 0 ? WORDS_BEFORE : Math.min(end, WORDS_BEFORE));
  return words.filter((word) => /^[a-z_-]+$/.test(word));
}

/**
 * Finds the code of the command that a call names.
 * @param contentOf reads what is kept of a command, if anything. V8 does not check what it takes back.
 */
export function findCode(
  argv: readonly string[],
  contentOf: (command: string) => Buffer | undefined,
): Code | undefined {
  for (const command of possibleCommands(argv)) {
    const content = contentOf(command);
    if (content) return parse(command, content);
  }
  return undefined;
}

function parse(command: string, content: Buffer): Code {
  const end = LENGTH_BYTES + content.readUInt32LE(0);
  let offset = end;
  const lines = content.toString('latin1', LENGTH_BYTES, end).trimEnd().split('\n');
  const pieces = lines.map((line) => {
    const [size = '', modules = ''] = line.split(':');
    const data = content.subarray(offset, offset + Number(size));
    offset += aligned(data.length);
    return { modules, data };
  });
  return { command, pieces };
}

function contentOf({ pieces }: Code): Buffer {
  const names = pieces.map(({ modules, data }) => `${data.length}:${modules}\n`).join('');
  const size = aligned(LENGTH_BYTES + names.length) - LENGTH_BYTES;
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(size);
  return Buffer.concat([
    length,
    Buffer.from(names.padEnd(size), 'latin1'),
    ...pieces.flatMap(({ data }) => [data, Buffer.alloc(aligned(data.length) - data.length)]),
  ]);
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / WORD_BYTES) * WORD_BYTES;
}

/** As many as there is room for. */
function fitting(pieces: readonly Piece[]): readonly Piece[] {
  let size = 0;
  return pieces.filter(({ data }) => {
    const fits = size + data.length <= MOST_BYTES;
    if (fits) size += data.length;
    return fits;
  });
}

/** Compiled code that earlier runs kept in a folder, for one build of coffer on one V8. */
export class CodeCache {
  readonly #folder: string;
  readonly #prefix: string;
  readonly #kind: Kind;

  /** @param build what changes with the code of coffer, as 16 hexadecimal digits */
  constructor(folder: string, build: string, kind: Kind = 'own') {
    this.#folder = folder;
    this.#prefix = prefixOf(build);
    this.#kind = kind;
  }

  /** The code of the command that a call names, if coffer kept it there. */
  read(argv: readonly string[]): Code | undefined {
    return findCode(argv, (command) => readKept(this.#fileOf(command), this.#kind, FILE_BYTES));
  }

  /**
   * Keeps code for the runs to come. What cannot be written is not needed.
   * @param pieces first those that the next run needs most
   */
  keep({ command, pieces }: Code): void {
    try {
      const content = contentOf({ command, pieces: fitting(pieces) });
      writeKept(this.#fileOf(command), this.#kind, content);
      this.#removeOld();
    } catch {
      // The next run tries again.
    }
  }

  #fileOf(command: string): string {
    return join(this.#folder, this.#prefix + command);
  }

  /** Removes what other versions kept, after a month, and what an interrupted run left. */
  #removeOld(): void {
    const limit = Date.now() - OLD_MS;
    removeKept(this.#folder, (name, changedMs) => {
      const isCurrent = name.startsWith(this.#prefix) && !/\.\d+$/.test(name);
      return !isCurrent && changedMs < limit;
    });
  }
}
