import type { Worker } from 'node:worker_threads';
import { CofferError } from '../../errors.ts';
import { joinParts, PART_BYTES, type Checksum, type Part } from './checksum.ts';

/** So many bytes are worth a thread, which takes some 15 ms to start. */
const WORTH_A_THREAD = 32 * 1024 * 1024;

/** What the thread runs. It reads what was written just now, so it waits for no disk. */
const CODE = `
const { createHash } = require('node:crypto');
const { readSync } = require('node:fs');
const { parentPort } = require('node:worker_threads');
const buffer = Buffer.allocUnsafe(256 * 1024);
parentPort.on('message', ({ fd, offset, length }) => {
  const hash = createHash('sha256');
  for (let done = 0; done < length;) {
    const bytes = readSync(fd, buffer, 0, Math.min(buffer.length, length - done), offset + done);
    if (bytes === 0) throw new Error('the spool file is shorter than what was written');
    hash.update(buffer.subarray(0, bytes));
    done += bytes;
  }
  parentPort.postMessage(hash.digest('base64'));
});`;

interface Waiting {
  resolve: (sha256: string) => void;
  reject: (error: Error) => void;
}

/**
 * Hashes the parts of a large spool file while it grows, in a thread: hashing takes longer than
 * sealing. The thread reads the file, so that no bytes go from one thread to the other.
 */
export class SpoolDigests {
  readonly #parts: Promise<Part>[] = [];
  readonly #waiting: Waiting[] = [];
  #worker: Worker | undefined;
  #failure: Error | undefined;
  #asked = 0;

  /** Called whenever the file has grown, with its descriptor and what is in it now. */
  async grown(fd: number, size: number): Promise<void> {
    if (size < WORTH_A_THREAD) return;
    this.#worker ??= await this.#start();
    while (this.#asked + PART_BYTES <= size) this.#ask(fd, PART_BYTES);
  }

  /** The checksum of the whole file; undefined if it was too small for a thread. */
  async finish(fd: number | undefined, size: number): Promise<Checksum | undefined> {
    if (!this.#worker || fd === undefined) return undefined;
    if (this.#asked < size) this.#ask(fd, size - this.#asked);
    return joinParts(await Promise.all(this.#parts));
  }

  /** Ends the thread; only then may the file be closed. */
  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  async #start(): Promise<Worker> {
    const threads = await import('node:worker_threads');
    // It needs nothing of what the environment or the command line tells Node to load.
    const worker = new threads.Worker(CODE, { eval: true, execArgv: [], env: {} });
    worker.on('message', (sha256: string) => this.#waiting.shift()?.resolve(sha256));
    worker.on('error', (error) => this.#fail(error));
    worker.on('exit', () => this.#fail(new Error('the thread ended')));
    return worker;
  }

  #ask(fd: number, length: number): void {
    const offset = this.#asked;
    this.#asked += length;
    const answer = new Promise<string>((resolve, reject) => {
      if (this.#failure) return reject(this.#failure);
      this.#waiting.push({ resolve, reject });
      this.#worker?.postMessage({ fd, offset, length });
    });
    const part = answer.then((sha256) => ({ offset, length, sha256 }));
    // `finish` sees its failure.
    part.catch(() => {});
    this.#parts.push(part);
  }

  #fail(cause: Error): void {
    this.#failure ??= new CofferError('disk', 'cannot read the spool file again', { cause });
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
  }
}
