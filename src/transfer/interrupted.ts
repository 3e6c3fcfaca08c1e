import { CofferError } from '../errors.ts';

/** @throws CofferError `declined` once somebody wants the work to end. */
export function stopIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new CofferError('declined', 'interrupted before it was done');
}
