import { CofferError } from '../../../src/errors.ts';
import type { Patience } from '../../../src/stores/patience.ts';

/** A patience that records its pauses instead of waiting. */
export function createPatience(attempts = 4): { patience: Patience; waits: number[] } {
  const waits: number[] = [];
  const sleep = (ms: number) => {
    waits.push(ms);
    return Promise.resolve();
  };
  return { patience: { attempts, sleep }, waits };
}

/** A failure with AWS's error name. */
export function refusal(name: string): CofferError {
  return new CofferError('aws', name, { cause: Object.assign(new Error(name), { name }) });
}
