import { createHash } from 'node:crypto';
import { WriteBehind } from '../../files/write-behind.ts';
import { SINGLE_PUT_BYTES } from './checksum.ts';
import { fileSpool, memorySpool, type Spool } from './spool.ts';

/** Where sealed bytes go that are too many for memory; they come in order. */
export interface LargeBody {
  add: (chunk: Buffer) => Promise<void>;
  /** Nothing follows. */
  end: () => Promise<void>;
  read: Spool['read'];
  close: () => Promise<void>;
}

/** What was sealed, until it is uploaded: in memory, or elsewhere once it is large. */
export class SealedBody {
  size = 0;
  readonly #hash = createHash('sha256');
  readonly #memory = memorySpool(SINGLE_PUT_BYTES);
  readonly #openLarge: () => Promise<LargeBody>;
  #large: LargeBody | undefined;

  constructor(openLarge: () => Promise<LargeBody>) {
    this.#openLarge = openLarge;
  }

  async add(chunk: Buffer): Promise<void> {
    this.#hash.update(chunk);
    if (!this.#large && this.size + chunk.length > SINGLE_PUT_BYTES) {
      this.#large = await this.#openLarge();
      await this.#large.add(await this.#memory.read(0, this.size));
    }
    if (this.#large) await this.#large.add(chunk);
    else await this.#memory.write(chunk, this.size);
    this.size += chunk.length;
  }

  /** @returns the SHA-256 of all that was added, 64 hex digits */
  async end(): Promise<string> {
    await this.#large?.end();
    return this.#hash.digest('hex');
  }

  read(offset: number, length: number, into?: Buffer): Promise<Buffer> {
    return (this.#large ?? this.#memory).read(offset, length, into);
  }

  async close(): Promise<void> {
    await this.#large?.close();
  }
}

/** In a spool file. */
export async function spooledBody(folder: string): Promise<LargeBody> {
  const spool = await fileSpool(folder);
  const writer = new WriteBehind((bytes, offset) => spool.write(bytes, offset));
  return {
    add: (chunk) => writer.add(chunk),
    end: () => writer.end(),
    read: (offset, length, into) => spool.read(offset, length, into),
    async close() {
      // What still opens the file would leave it open.
      await writer.settled();
      await spool.close();
    },
  };
}
