import { CofferError, type Problem } from './errors.ts';

/** What progress counts. */
export type Unit = 'things' | 'bytes';

/** How far a long piece of work is. */
export interface Progress {
  /** `total` is unknown for what comes through a pipe. */
  update: (done: number, total: number | undefined) => void;
  end: () => void;
}

/** To whom an action speaks, and whom it asks: a terminal, a CI job, another program. */
export interface Host {
  /** What was done, for whoever wants to follow. */
  note: (text: string) => void;
  /** What needs somebody's attention although nothing failed. */
  warn: (problem: Problem) => void;
  progress: (label: string, unit?: Unit) => Progress;
  /**
   * Asks before something is written or deleted.
   * @throws CofferError `declined` when the answer is no, or nobody can be asked
   */
  confirm: (question: string) => Promise<void>;
  /**
   * Called before the first write. Once the signal is aborted, no further work begins, and what is
   * under way is finished.
   */
  onStop: () => AbortSignal | undefined;
}

/** Says nothing and consents to nothing: a program passes `yes: true` instead. */
export const SILENT_HOST: Host = {
  note: () => {},
  warn: () => {},
  progress: () => ({ update: () => {}, end: () => {} }),
  confirm: (question) =>
    Promise.reject(
      new CofferError('declined', `nobody was asked: ${question}`, {
        hint: 'pass "yes: true", or a host that can ask',
      }),
    ),
  onStop: () => undefined,
};

/** @throws CofferError `interrupted` once somebody wants the work to end. */
export function stopIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new CofferError('interrupted', 'interrupted before it was done');
}
