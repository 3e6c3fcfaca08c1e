import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { CofferError } from '../errors.ts';
import { startGit } from './run.ts';

const EMPTY = Buffer.alloc(0);

/** Reads git objects one by one, through one process. */
export class GitObjects {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #output: AsyncIterator<Buffer>;
  #rest: Buffer = EMPTY;
  #turn: Promise<void> = Promise.resolve();

  constructor(folder: string) {
    this.#child = startGit(folder, ['cat-file', '--batch']);
    this.#child.stdin.on('error', () => {});
    this.#child.on('error', () => {});
    this.#output = this.#child.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** Reads the content of an object in chunks. */
  read(id: string, take: (chunk: Buffer) => void): Promise<void> {
    const reading = this.#turn.then(() => this.#read(id, take));
    this.#turn = reading.catch(() => {});
    return reading;
  }

  close(): void {
    this.#child.stdin.end();
  }

  async #read(id: string, take: (chunk: Buffer) => void): Promise<void> {
    this.#child.stdin.write(`${id}\n`);
    const header = await this.#readLine();
    const size = Number(/ blob (\d+)$/.exec(header)?.[1] ?? NaN);
    if (Number.isNaN(size)) {
      throw new CofferError('usage', `git cannot read the object ${id}`, {
        hint: 'run git fsck for details',
      });
    }
    for (let left = size; left > 0;) {
      if (this.#rest.length === 0) await this.#fill();
      const chunk = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(chunk.length);
      left -= chunk.length;
      take(chunk);
    }
    await this.#readLine();
  }

  async #readLine(): Promise<string> {
    let end = this.#rest.indexOf('\n');
    while (end < 0) {
      await this.#fill();
      end = this.#rest.indexOf('\n');
    }
    const line = this.#rest.toString('latin1', 0, end);
    this.#rest = this.#rest.subarray(end + 1);
    return line;
  }

  async #fill(): Promise<void> {
    const { done, value } = await this.#output.next();
    if (done) throw new CofferError('usage', 'git cat-file ended too early');
    this.#rest = this.#rest.length > 0 ? Buffer.concat([this.#rest, value]) : value;
  }
}
