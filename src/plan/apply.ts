import pMap from 'p-map';
import { isTimeout } from '../aws/errors.ts';
import { CofferError } from '../errors.ts';
import { isWorthAnotherRun, persist, type Patience } from '../stores/patience.ts';
import type { Task } from '../stores/port.ts';

/** The outcome of a run; every task is in one of the lists. */
export interface Applied {
  done: string[];
  failed: { name: string; error: CofferError }[];
  /** Never started, because the run was interrupted or AWS was unreachable or too busy. */
  left: string[];
}

export interface Applying {
  concurrency: number;
  patience: Patience;
  /** Once aborted, no further task starts; running ones finish. */
  signal?: AbortSignal | undefined;
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * The run ends when this many tasks in a row cannot reach AWS, or are refused as too many until
 * patience ends; or one after waiting for an answer. Each waits for minutes, as all others would.
 */
const VAIN_LIMIT = 3;

/** Runs all tasks, a bounded number at a time. A failure of one does not stop the others. */
export async function applyAll(tasks: readonly Task[], applying: Applying): Promise<Applied> {
  const applied: Applied = { done: [], failed: [], left: [] };
  let vain = 0;
  await pMap(
    tasks,
    async ({ name, run }) => {
      if (applying.signal?.aborted || vain >= VAIN_LIMIT) {
        applied.left.push(name);
        return;
      }
      try {
        await persist(run, applying.patience);
        applied.done.push(name);
        vain = 0;
      } catch (error) {
        if (!(error instanceof CofferError)) throw error;
        applied.failed.push({ name, error });
        if (isTimeout(error)) vain += VAIN_LIMIT;
        else if (isWorthAnotherRun(error)) vain++;
      }
      applying.onProgress?.(applied.done.length + applied.failed.length, tasks.length);
    },
    { concurrency: applying.concurrency },
  );
  return applied;
}

/** The same for calls that take many names each; a batch succeeds or fails as a whole. */
export async function applyInLots(
  lots: readonly (readonly string[])[],
  run: (names: readonly string[]) => Promise<void>,
  applying: Applying,
): Promise<Applied> {
  const tasks = lots.map((names, index): Task => ({
    name: String(index),
    run: () => run(names),
  }));
  const { done, failed, left } = await applyAll(tasks, applying);
  const namesOf = (index: string) => lots[Number(index)] ?? [];
  return {
    done: done.flatMap(namesOf),
    failed: failed.flatMap(({ name, error }) =>
      namesOf(name).map((each) => ({ name: each, error })),
    ),
    left: left.flatMap(namesOf),
  };
}

/** A run without work. */
export const NOTHING: Applied = { done: [], failed: [], left: [] };

/** Joins the outcomes of two runs. */
export function joinApplied(a: Applied, b: Applied): Applied {
  return {
    done: [...a.done, ...b.done],
    failed: [...a.failed, ...b.failed],
    left: [...a.left, ...b.left],
  };
}
