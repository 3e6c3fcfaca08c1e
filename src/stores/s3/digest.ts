import { createHash } from 'node:crypto';
import type { Worker } from 'node:worker_threads';

/** So many bytes are worth a thread, which takes some 15 ms to start. */
const WORTH_A_THREAD = 16 * 1024 * 1024;

const PIECE_BYTES = 256 * 1024;
/** Data comes in ranges of 8 MiB, and faster than it is hashed while one of them is used. */
const MOST_PIECES = 32;

/** What the thread runs: a piece goes back when it is hashed, so that its memory is used again. */
const CODE = `
const { createHash } = require('node:crypto');
const { parentPort } = require('node:worker_threads');
const hash = createHash('sha256');
parentPort.on('message', ({ memory, length, isLast }) => {
  hash.update(new Uint8Array(memory, 0, length));
  const digest = isLast ? hash.digest('hex') : undefined;
  parentPort.postMessage({ memory, digest }, [memory]);
});`;

interface Answer {
  memory: ArrayBuffer;
  digest?: string;
}

/** Computes the SHA-256 of bytes that pass by. */
export interface Digest {
  /** Takes a copy, or has hashed them when it returns. */
  update: (bytes: Buffer) => Promise<void> | void;
  /** 64 hex digits. */
  finish: () => Promise<string>;
  close: () => Promise<void>;
}

/** @param size about how many bytes there will be */
export async function digestFor(size: number): Promise<Digest> {
  return size < WORTH_A_THREAD ? plainDigest() : digestThread();
}

/** Hashing takes longer than a cipher, so another thread does it. */
export async function digestThread(): Promise<Digest> {
  const { Worker } = await import('node:worker_threads');
  // It needs nothing of what the environment or the command line tells Node to load.
  return new DigestThread(new Worker(CODE, { eval: true, execArgv: [], env: {} }));
}

function plainDigest(): Digest {
  const hash = createHash('sha256');
  return {
    update: (bytes) => void hash.update(bytes),
    finish: () => Promise.resolve(hash.digest('hex')),
    close: () => Promise.resolve(),
  };
}

class DigestThread implements Digest {
  readonly #worker: Worker;
  readonly #free: Buffer[] = [];
  #filling: Buffer = Buffer.allocUnsafeSlow(PIECE_BYTES);
  #length = 0;
  /** How many pieces the thread has. */
  #given = 0;
  #wait: { resolve: (answer: Answer) => void; reject: (cause: Error) => void } | undefined;
  #failure: Error | undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (answer: Answer) => {
      this.#given--;
      this.#free.push(Buffer.from(answer.memory));
      this.#wait?.resolve(answer);
    });
    worker.on('error', (cause) => this.#fail(cause));
    worker.on('exit', () => this.#fail(new Error('the thread ended')));
  }

  async update(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      if (this.#length === PIECE_BYTES) await this.#turn();
      const taken = bytes.copy(this.#filling, this.#length, at);
      this.#length += taken;
      at += taken;
    }
  }

  async finish(): Promise<string> {
    this.#give(true);
    for (;;) {
      const { digest } = await this.#answer();
      if (digest !== undefined) return digest;
    }
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  async #turn(): Promise<void> {
    this.#give(false);
    if (this.#free.length === 0 && this.#given >= MOST_PIECES) await this.#answer();
    this.#filling = this.#free.pop() ?? Buffer.allocUnsafeSlow(PIECE_BYTES);
  }

  #give(isLast: boolean): void {
    const memory = this.#filling.buffer as ArrayBuffer;
    this.#worker.postMessage({ memory, length: this.#length, isLast }, [memory]);
    this.#given++;
    this.#length = 0;
  }

  #answer(): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#failure) reject(this.#failure);
      this.#wait = { resolve, reject };
    });
  }

  #fail(cause: Error): void {
    this.#failure ??= cause;
    this.#wait?.reject(this.#failure);
  }
}
