import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Progress } from '../../host.ts';

/** So much passes by before its memory is taken back. */
const SWEEP_BYTES = 8 * 1024 * 1024;

/**
 * Takes back the memory of large data that passes by in chunks.
 *
 * V8 counts the memory of buffers as part of its heap. When 32 MiB of chunks have passed, it marks
 * the whole heap, again and again: that took a third of the CPU time of a large `get`. All chunks
 * that are done with are young objects, which are quickly collected.
 */
export class Sweeper {
  #passed = 0;
  #collect: (() => void) | undefined;

  /** Counts bytes that passed by. */
  pass(bytes: number): void {
    this.#passed += bytes;
    if (this.#passed < SWEEP_BYTES) return;
    this.#passed = 0;
    this.#collect ??= youngCollector();
    this.#collect();
  }

  /** Counts the bytes of a progress. */
  follow(progress: Progress): Progress {
    let seen = 0;
    return {
      update: (done, total) => {
        this.pass(done - seen);
        seen = done;
        progress.update(done, total);
      },
      end: progress.end,
    };
  }
}

/** Marking the heap step by step would begin at the same limit; without steps, it begins later. */
function youngCollector(): () => void {
  setFlagsFromString('--no-incremental-marking');
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options: { type: 'minor' }) => void;
  return () => collect({ type: 'minor' });
}
