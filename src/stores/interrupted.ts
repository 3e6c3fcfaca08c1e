import { CofferError } from '../errors.ts';

/** @throws CofferError `interrupted` once somebody wants the work to end. */
export function stopIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new CofferError('interrupted', 'interrupted before it was done');
}
