import type { CipherGCM } from 'node:crypto';
import { sealChunks, TAG_BYTES } from '../../crypto/object-v3.ts';
import { CofferError } from '../../errors.ts';
import type { LargeBody } from './sealed-body.ts';

/**
 * Sealed bytes that are kept nowhere: whoever reads them seals the data again. That takes no longer
 * than a file of them, and no space; the tag tells whether the data is still the same.
 */
export class ResealedBody implements LargeBody {
  readonly #data: () => AsyncIterable<Buffer>;
  readonly #cipher: () => CipherGCM;
  #size = 0;
  /** What was added last. */
  #tag: Buffer = Buffer.alloc(0);
  #sealed: AsyncGenerator<Buffer> | undefined;
  /** What was sealed again, and nobody has read yet. */
  #rest: Buffer = Buffer.alloc(0);
  #position = 0;
  #reading: Promise<unknown> = Promise.resolve();

  /**
   * @param data opens the same data once more
   * @param cipher makes one with the key and the message id of the first time
   */
  constructor(data: () => AsyncIterable<Buffer>, cipher: () => CipherGCM) {
    this.#data = data;
    this.#cipher = cipher;
  }

  add(chunk: Buffer): Promise<void> {
    this.#size += chunk.length;
    this.#tag = chunk;
    return Promise.resolve();
  }

  end(): Promise<void> {
    return Promise.resolve();
  }

  /** Reads begin at 0, and each goes on where the last one ended. */
  read(offset: number, length: number, into: Buffer = Buffer.allocUnsafe(length)): Promise<Buffer> {
    const result = this.#reading.then(() => this.#read(offset, length, into));
    this.#reading = result.catch(() => {});
    return result;
  }

  async close(): Promise<void> {
    await this.#reading;
    await this.#sealed?.return(undefined);
  }

  async #read(offset: number, length: number, into: Buffer): Promise<Buffer> {
    if (offset === 0) await this.#restart();
    if (offset !== this.#position) throw new Error(`read at ${offset}, not at ${this.#position}`);
    for (let done = 0; done < length;) {
      if (this.#rest.length === 0) this.#rest = await this.#next();
      const copied = this.#rest.copy(into, done, 0, length - done);
      this.#rest = this.#rest.subarray(copied);
      done += copied;
    }
    this.#position += length;
    return into.subarray(0, length);
  }

  async #restart(): Promise<void> {
    await this.#sealed?.return(undefined);
    this.#sealed = this.#sealAgain();
    this.#rest = Buffer.alloc(0);
    this.#position = 0;
  }

  async #next(): Promise<Buffer> {
    const next = await this.#sealed?.next();
    if (!next || next.done) throw dataChanged();
    return next.value;
  }

  async *#sealAgain(): AsyncGenerator<Buffer> {
    let done = 0;
    for await (const chunk of sealChunks(this.#cipher(), this.#data())) {
      done += chunk.length;
      // Nothing but the tag may end there.
      const isTag = done === this.#size && chunk.equals(this.#tag);
      if (done > this.#size - TAG_BYTES && !isTag) throw dataChanged();
      yield chunk;
    }
  }
}

export function dataChanged(cause?: unknown): CofferError {
  return new CofferError('source', 'the data changed while it was read: nothing was published', {
    hint: 'run the command again once nothing writes to it',
    cause,
  });
}
