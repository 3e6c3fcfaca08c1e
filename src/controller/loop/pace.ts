import type { Clock } from '../clock.ts';

/**
 * Lets through so many a second, in order, and as many at once after a quiet second: a token bucket.
 */
export function createPace(perSecond: number, clock: Clock): () => Promise<void> {
  const gapMs = 1000 / perSecond;
  /** When the bucket is full again. */
  let fullAt = clock.now();
  return async () => {
    const now = clock.now();
    fullAt = Math.max(fullAt, now) + gapMs;
    const wait = fullAt - now - 1000;
    if (wait > 0) await clock.sleep(wait);
  };
}
