import type { Readable, Writable } from 'node:stream';

export type Input = Readable & { isTTY: boolean };
export type Output = Writable & { isTTY: boolean; columns?: number };

/** What a call of the command line reads and writes: those of the process, or a caller's own. */
export interface Streams {
  stdin: Input;
  stdout: Output;
  stderr: Output;
}
