import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { CofferError } from '../errors.ts';
import type { SizeLimit } from '../sizes.ts';
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
  async read(id: string, take: (chunk: Buffer) => void): Promise<void> {
    if ((await this.#inTurn(id, take)) !== undefined) return;
    throw new CofferError('usage', `git cannot read the object ${id}`, {
      hint: 'run git fsck for details',
    });
  }

  /** Reads a whole object. Undefined if it is missing, no file, or above the limit. */
  async find(id: string, limit: SizeLimit): Promise<Buffer | undefined> {
    const chunks: Buffer[] = [];
    let kept = 0;
    const size = await this.#inTurn(id, (chunk) => {
      kept += chunk.length;
      if (kept <= limit.bytes) chunks.push(chunk);
    });
    return size === undefined || size > limit.bytes ? undefined : Buffer.concat(chunks);
  }

  close(): void {
    this.#child.stdin.end();
  }

  #inTurn(id: string, take: (chunk: Buffer) => void): Promise<number | undefined> {
    const reading = this.#turn.then(() => this.#read(id, take));
    this.#turn = reading.then(
      () => {},
      () => {},
    );
    return reading;
  }

  /** @returns its size, or undefined if it is missing or no file */
  async #read(id: string, take: (chunk: Buffer) => void): Promise<number | undefined> {
    this.#child.stdin.write(`${id}\n`);
    const header = await this.#readLine();
    const [, type, length = ''] = / (blob|tree|commit|tag) (\d+)$/.exec(header) ?? [];
    if (type === undefined) return undefined;
    const size = Number(length);
    for (let left = size; left > 0;) {
      if (this.#rest.length === 0) await this.#fill();
      const chunk = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(chunk.length);
      left -= chunk.length;
      if (type === 'blob') take(chunk);
    }
    await this.#readLine();
    return type === 'blob' ? size : undefined;
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
