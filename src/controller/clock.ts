import { setTimeout as wait } from 'node:timers/promises';

/** Time and chance, so that a test decides about both. */
export interface Clock {
  /** Milliseconds since 1970. */
  now: () => number;
  /** Resolves after this many milliseconds, and at once when the signal aborts. */
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** At least 0, less than 1. */
  random: () => number;
}

export const REAL_CLOCK: Clock = {
  now: Date.now,
  sleep: (ms, signal) => wait(ms, undefined, signal && { signal }).catch(() => {}),
  random: Math.random,
};

/** Spreads what many would do at once: `ms` ± 25 %. */
export function spread({ random }: Clock, ms: number): number {
  return ms * (0.75 + random() / 2);
}

/** How long to wait after so many failures in a row: a second, then twice as long, up to `most`. */
export function backOff(clock: Clock, failures: number, most: number): number {
  return spread(clock, Math.min(most, 1000 * 2 ** Math.min(failures - 1, 30)));
}
