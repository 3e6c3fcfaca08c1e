import type { FileHandle } from 'node:fs/promises';

/**
 * How much is written at once. For a larger write, Linux takes larger pages, for which a virtual
 * machine may have to ask its host: writes of 1 MiB can take five times as long as these.
 */
const WRITE_BYTES = 256 * 1024;

type Write = (bytes: Buffer, offset: number) => Promise<unknown>;

/** Gathers bytes in two buffers: one is written while the other is filled. */
export class WriteBehind {
  readonly #write: Write;
  #filling: Buffer = Buffer.allocUnsafe(WRITE_BYTES);
  #other: Buffer | undefined;
  /** How many bytes are in the buffer that is being filled, and where they go. */
  #length = 0;
  #offset = 0;
  #written: Promise<unknown> = Promise.resolve();

  /** @param write is called for one piece after the other; it may use `bytes` until it has returned */
  constructor(write: Write) {
    this.#write = write;
  }

  /** The bytes so far. */
  get size(): number {
    return this.#offset + this.#length;
  }

  /** Takes a copy; throws the failure of an earlier write. */
  async add(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      if (this.#length === WRITE_BYTES) await this.#turn();
      const piece = bytes.subarray(at, at + WRITE_BYTES - this.#length);
      this.#filling.set(piece, this.#length);
      this.#length += piece.length;
      at += piece.length;
    }
  }

  /** Writes the rest. */
  async end(): Promise<void> {
    await this.#turn();
    await this.#written;
  }

  /** Waits until nothing is being written, whether or not that fails. */
  async settled(): Promise<void> {
    await this.#written.catch(() => {});
  }

  async #turn(): Promise<void> {
    await this.#written;
    const full = this.#filling;
    this.#written = this.#write(full.subarray(0, this.#length), this.#offset);
    this.#written.catch(() => {});
    this.#offset += this.#length;
    this.#length = 0;
    this.#filling = this.#other ?? Buffer.allocUnsafe(WRITE_BYTES);
    this.#other = full;
  }
}

/** Writes all of `bytes` at an offset of a file. */
export async function writeAt(handle: FileHandle, bytes: Buffer, offset: number): Promise<void> {
  // A nearly full disk writes only a part, and fails only at the next write.
  for (let done = 0; done < bytes.length;) {
    const length = Math.min(bytes.length - done, WRITE_BYTES);
    done += (await handle.write(bytes, done, length, offset + done)).bytesWritten;
  }
}
