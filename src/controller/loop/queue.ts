import { backOff, type Clock } from '../clock.ts';

/** Work by key: never two at once for one key, and a key that fails waits longer each time. */
export interface WorkQueue {
  /** Runs the work of this key soon; once more if it is running. */
  add: (key: string) => void;
  /** How many keys wait. */
  depth: () => number;
  /** Begins nothing more, and resolves when running work is done. */
  stop: () => Promise<void>;
}

const MOST_WAIT_MS = 5 * 60_000;

/**
 * @param work returns whether it succeeded; it does not throw
 */
export function createQueue(
  work: (key: string) => Promise<boolean>,
  { concurrency, clock }: { concurrency: number; clock: Clock },
): WorkQueue {
  const waiting = new Set<string>();
  /** Running keys, and whether each has to run again. */
  const running = new Map<string, boolean>();
  const failures = new Map<string, number>();
  /** Ends the pause of a key that failed. */
  const pauses = new Map<string, AbortController>();
  const idle = new Set<() => void>();
  let isStopped = false;

  function add(key: string): void {
    if (isStopped) return;
    pauses.get(key)?.abort();
    pauses.delete(key);
    if (running.has(key)) running.set(key, true);
    else waiting.add(key);
    pump();
  }

  function pump(): void {
    for (const key of waiting) {
      if (isStopped || running.size >= concurrency) return;
      waiting.delete(key);
      running.set(key, false);
      void run(key);
    }
  }

  async function run(key: string): Promise<void> {
    const isDone = await work(key);
    const isAgain = running.get(key) ?? false;
    running.delete(key);
    if (isDone) failures.delete(key);
    if (isAgain) add(key);
    else if (!isDone) retryLater(key);
    pump();
    if (running.size === 0) for (const resolve of idle) resolve();
  }

  function retryLater(key: string): void {
    if (isStopped) return;
    const count = (failures.get(key) ?? 0) + 1;
    failures.set(key, count);
    const pause = new AbortController();
    pauses.set(key, pause);
    void clock.sleep(backOff(clock, count, MOST_WAIT_MS), pause.signal).then(() => {
      if (!pause.signal.aborted) add(key);
    });
  }

  return {
    add,
    depth: () => waiting.size,
    async stop() {
      isStopped = true;
      waiting.clear();
      for (const pause of pauses.values()) pause.abort();
      pauses.clear();
      if (running.size > 0) await new Promise<void>((resolve) => idle.add(resolve));
    },
  };
}
