import { createHash } from 'node:crypto';
import type { Worker } from 'node:worker_threads';
import { CofferError } from '../../errors.ts';

/** So many bytes are worth a thread, which takes some 15 ms to start. */
const WORTH_A_THREAD = 32 * 1024 * 1024;

/** What the thread runs. It reads what was written just now, so it waits for no disk. */
const CODE = `
const { createHash } = require('node:crypto');
const { readSync } = require('node:fs');
const { parentPort } = require('node:worker_threads');
const buffer = Buffer.allocUnsafe(256 * 1024);
const hash = createHash('sha256');
let offset = 0;
parentPort.on('message', ({ fd, end, isLast }) => {
  while (offset < end) {
    const bytes = readSync(fd, buffer, 0, Math.min(buffer.length, end - offset), offset);
    if (bytes === 0) throw new Error('the spool file is shorter than what was written');
    hash.update(buffer.subarray(0, bytes));
    offset += bytes;
  }
  if (isLast) parentPort.postMessage(hash.digest('hex'));
});`;

/**
 * The SHA-256 of what goes into a spool. A large file is hashed by a thread while it grows: hashing
 * takes longer than a cipher. The thread reads the file, so that no bytes go from one thread to the
 * other.
 */
export class SpoolDigest {
  readonly #hash = createHash('sha256');
  #fd: number | undefined;
  #worker: Worker | undefined;
  #answer: Promise<string> | undefined;

  /** Takes what comes next, unless a thread reads it. */
  update(chunk: Buffer): void {
    if (!this.#worker) this.#hash.update(chunk);
  }

  /** Called whenever the spool has grown, with the descriptor of its file and what is in it now. */
  async grown(fd: number | undefined, size: number): Promise<void> {
    if (fd === undefined || size < WORTH_A_THREAD) return;
    this.#fd = fd;
    this.#worker ??= await this.#start();
    this.#tell(size);
  }

  /**
   * The digest of all of it, 64 hex digits.
   * @param size of the spool
   * @throws CofferError `disk`
   */
  async finish(size: number): Promise<string> {
    this.#tell(size, { isLast: true });
    return this.#answer ?? this.#hash.digest('hex');
  }

  /** Ends the thread; only then may the file be closed. */
  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  /** The thread hashes up to `end`; after the last message, it answers with the digest. */
  #tell(end: number, { isLast = false } = {}): void {
    this.#worker?.postMessage({ fd: this.#fd, end, isLast });
  }

  async #start(): Promise<Worker> {
    const threads = await import('node:worker_threads');
    // It needs nothing of what the environment or the command line tells Node to load.
    const worker = new threads.Worker(CODE, { eval: true, execArgv: [], env: {} });
    this.#answer = new Promise((resolve, reject) => {
      const fail = (cause: Error) =>
        reject(new CofferError('disk', 'cannot read the spool file again', { cause }));
      worker.on('message', resolve);
      worker.on('error', fail);
      worker.on('exit', () => fail(new Error('the thread ended')));
    });
    // `finish` sees its failure.
    this.#answer.catch(() => {});
    return worker;
  }
}
