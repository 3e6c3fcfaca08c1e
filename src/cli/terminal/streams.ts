import type { Readable, Writable } from 'node:stream';

/** With a descriptor if it is the process's own. */
export type Input = Readable & { isTTY?: boolean; fd?: number };
export type Output = Writable & { isTTY?: boolean; columns?: number };

/** The standard streams of one call: the process's, or a caller's own. */
export interface Streams {
  stdin: Input;
  stdout: Output;
  stderr: Output;
}
