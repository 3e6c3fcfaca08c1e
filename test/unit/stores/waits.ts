import { CofferError } from '../../../src/errors.ts';
import type { Patience } from '../../../src/stores/patience.ts';

/** Patience that notes how long it would have waited, and does not. */
export function createPatience(attempts = 4): { patience: Patience; waits: number[] } {
  const waits: number[] = [];
  const sleep = (ms: number) => {
    waits.push(ms);
    return Promise.resolve();
  };
  return { patience: { attempts, sleep }, waits };
}

/** A failure that AWS calls `name`. */
export function refusal(name: string): CofferError {
  return new CofferError('aws', name, { cause: Object.assign(new Error(name), { name }) });
}
