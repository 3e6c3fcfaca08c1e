import { CofferError, type ErrorCode } from './errors.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

/** What one call may read, unless its caller says otherwise. */
const DEFAULT_MAX_SIZE = GIB;

/** `M` and `MB` count in thousands, as disks do; `Mi` and `MiB` in powers of two. */
const UNIT = /^(?:([KMGT])(I?)B?|B?)$/;

/**
 * Reads a size as people write it: `1073741824`, `500MB`, `1.5 GiB`.
 * @param what where it was given, for the message
 * @throws CofferError `usage`
 */
export function parseSize(text: string, what: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?) ?([A-Za-z]*)$/.exec(text) ?? [];
  const [known, letter = '', isBinary] = UNIT.exec(unit.toUpperCase()) ?? [];
  const power = letter === '' ? 0 : 'KMGT'.indexOf(letter) + 1;
  const factor = known === undefined ? NaN : (isBinary ? KIB : 1000) ** power;
  const bytes = Math.floor(Number(number) * factor);
  if (Number.isSafeInteger(bytes) && bytes > 0) return bytes;
  throw new CofferError('usage', `${what} ${text} is not a size`, {
    hint: 'write it as a number of bytes or with a unit: 1073741824, 500MB, 1GiB',
  });
}

/** `5.0 MiB`. */
export function formatBytes(bytes: number): string {
  if (bytes < KIB) return `${bytes} B`;
  const units = ['KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(Math.floor(Math.log2(bytes) / 10), units.length);
  return `${(bytes / KIB ** power).toFixed(1)} ${units[power - 1]}`;
}

/** `5.0 MiB (5242881 bytes)`: near a limit, the rounded number does not tell. */
export function formatExactly(bytes: number): string {
  return bytes < KIB ? `${bytes} bytes` : `${formatBytes(bytes)} (${bytes} bytes)`;
}

/** How much may be read, and how to say that something is larger. */
export class SizeLimit {
  readonly bytes: number;
  readonly #hint: string;
  readonly #code: ErrorCode;
  readonly #ofStreams: number;
  #taken = 0;

  /** @param options.ofStreams for what nobody keeps in memory, where that differs */
  constructor(
    bytes: number,
    {
      hint,
      code = 'oversize',
      ofStreams = bytes,
    }: { hint: string; code?: ErrorCode | undefined; ofStreams?: number | undefined },
  ) {
    this.bytes = bytes;
    this.#hint = hint;
    this.#code = code;
    this.#ofStreams = ofStreams;
  }

  /** The limit for data that streams through. */
  get ofStreams(): SizeLimit {
    return new SizeLimit(this.#ofStreams, { hint: this.#hint, code: this.#code });
  }

  /**
   * Counts what is about to be read: all that one call reads has to fit, since it may keep all of
   * it.
   * @throws CofferError before a byte of it is read
   */
  take(what: string, size: number): void {
    this.refuseLarger(what, size);
    if (this.#taken + size > this.bytes) {
      const [read, more] = [formatExactly(this.#taken), formatExactly(size)];
      throw this.#refuse(`${what}: ${more} after ${read} are together more than ${this.#limit}`);
    }
    this.#taken += size;
  }

  /** @throws CofferError */
  refuseLarger(what: string, size: number): void {
    if (size > this.bytes) {
      throw this.#refuse(`${what}: ${formatExactly(size)} is more than ${this.#limit}`);
    }
  }

  /**
   * Passes on data whose size nobody says, such as a pipe's, and stops when it is too much.
   * @throws CofferError
   */
  async *cut(what: string, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let size = 0;
    for await (const chunk of chunks) {
      size += chunk.length;
      if (size > this.bytes) throw this.#refuse(`${what}: it is more than ${this.#limit}`);
      yield chunk;
    }
  }

  /** The same data in one piece. */
  async gather(what: string, chunks: AsyncIterable<Buffer>): Promise<Buffer> {
    const held: Buffer[] = [];
    for await (const chunk of this.cut(what, chunks)) held.push(chunk);
    const [first] = held;
    return first && held.length === 1 ? first : Buffer.concat(held);
  }

  get #limit(): string {
    return `the limit of ${formatExactly(this.bytes)}`;
  }

  #refuse(message: string): CofferError {
    return new CofferError(this.#code, message, { hint: this.#hint });
  }
}

/**
 * The limit of one call of coffer: of the values and objects that it reads. What streams through has
 * none by default.
 */
export function valueLimit(bytes?: number): SizeLimit {
  return new SizeLimit(bytes ?? DEFAULT_MAX_SIZE, {
    ofStreams: bytes ?? Infinity,
    hint: 'if that is the size you expect, raise the limit: --max-size 2GiB, or maxSize in a program',
  });
}

/** Thousands of parameters fit; reading more takes a minute and a gigabyte of memory. */
export const MANIFEST_LIMIT = new SizeLimit(8 * MIB, {
  code: 'manifest',
  hint: 'a manifest holds small values: put a large one in its own file (file: …)',
});
