import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

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

const DIGEST_BYTES = 32;
const LENGTH_BYTES = 4;
const HEAD_BYTES = DIGEST_BYTES + LENGTH_BYTES;
/** V8 copies data that is not aligned to words. */
const WORD_BYTES = 8;
/** What no longer fits is compiled again when it is needed. */
const MOST_BYTES = 8 * 1024 * 1024;
const OLD_MS = 30 * 24 * 60 * 60 * 1000;

/** Whether the user wants no code kept. */
export function isCacheOff({
  COFFER_CACHE,
}: Readonly<Record<string, string | undefined>>): boolean {
  return COFFER_CACHE === 'off';
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
 * @param contentOf reads the file of a command, if there is one
 */
export function findCode(
  argv: readonly string[],
  contentOf: (command: string) => Buffer | undefined,
): Code | undefined {
  for (const command of possibleCommands(argv)) {
    const content = contentOf(command);
    const code = content && parse(command, content);
    if (code) return code;
  }
  return undefined;
}

/** V8 does not check the bytes that it takes back, so this does. */
function parse(command: string, content: Buffer): Code | undefined {
  if (content.length <= HEAD_BYTES) return undefined;
  const digest = content.subarray(0, DIGEST_BYTES);
  if (!digestOf(content.subarray(DIGEST_BYTES)).equals(digest)) return undefined;
  const end = HEAD_BYTES + content.readUInt32LE(DIGEST_BYTES);
  let offset = end;
  const lines = content.toString('latin1', HEAD_BYTES, end).trimEnd().split('\n');
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
  const size = aligned(HEAD_BYTES + names.length) - HEAD_BYTES;
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(size);
  const content = Buffer.concat([
    length,
    Buffer.from(names.padEnd(size), 'latin1'),
    ...pieces.flatMap(({ data }) => [data, Buffer.alloc(aligned(data.length) - data.length)]),
  ]);
  return Buffer.concat([digestOf(content), content]);
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

function digestOf(content: Buffer): Buffer {
  return createHash('sha256').update(content).digest();
}

/** Compiled code that earlier runs kept in a folder, for one build of coffer on one V8. */
export class CodeCache {
  readonly #folder: string;
  readonly #prefix: string;

  /** @param build what changes with the code of coffer */
  constructor(folder: string, build: string) {
    this.#folder = folder;
    this.#prefix = prefixOf(build);
  }

  /** The code of the command that a call names, if it was kept whole. */
  read(argv: readonly string[]): Code | undefined {
    return findCode(argv, (command) => {
      try {
        const file = this.#fileOf(command);
        const found = statSync(file);
        return found.isFile() && found.size < 2 * MOST_BYTES ? readFileSync(file) : undefined;
      } catch {
        return undefined;
      }
    });
  }

  /**
   * Keeps code for the runs to come. What cannot be written is not needed.
   * @param pieces first those that the next run needs most
   */
  keep({ command, pieces }: Code): void {
    const file = this.#fileOf(command);
    const temporary = `${file}.${process.pid}`;
    try {
      writeFileSync(temporary, contentOf({ command, pieces: fitting(pieces) }), {
        flag: 'wx',
        mode: 0o600,
      });
      renameSync(temporary, file);
      this.#removeOld();
    } catch {
      removeIfPossible(temporary);
    }
  }

  #fileOf(command: string): string {
    return join(this.#folder, this.#prefix + command);
  }

  /** Removes what other versions kept, after a month, and what an interrupted run left. */
  #removeOld(): void {
    const limit = Date.now() - OLD_MS;
    for (const name of readdirSync(this.#folder)) {
      const file = join(this.#folder, name);
      const isOwn = name.startsWith(this.#prefix) && !/\.\d+$/.test(name);
      if (!isOwn && statSync(file).mtimeMs < limit) rmSync(file, { recursive: true, force: true });
    }
  }
}

function removeIfPossible(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // It is removed with what is old.
  }
}
