import type { Clock } from '../../../src/controller/clock.ts';

/** A clock that stands still until a test moves it. */
export interface TestClock extends Clock {
  /** Wakes whoever sleeps until then. */
  advance: (ms: number) => void;
}

export function createTestClock(): TestClock {
  let now = Date.now();
  const sleepers = new Set<{ until: number; wake: () => void }>();
  return {
    now: () => now,
    random: () => 0.5,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const sleeper = {
          until: now + ms,
          wake: () => {
            sleepers.delete(sleeper);
            signal?.removeEventListener('abort', sleeper.wake);
            resolve();
          },
        };
        signal?.addEventListener('abort', sleeper.wake, { once: true });
        sleepers.add(sleeper);
      }),
    advance(ms) {
      now += ms;
      const due = [...sleepers].filter(({ until }) => until <= now);
      for (const { wake } of due) wake();
    },
  };
}
