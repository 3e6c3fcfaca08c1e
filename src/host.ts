import { CofferError, type Problem } from './errors.ts';

/** The unit of progress. */
export type Unit = 'things' | 'bytes';

/** The progress of long work. */
export interface Progress {
  /** `total` is unknown for data from a pipe. */
  update: (done: number, total: number | undefined) => void;
  end: () => void;
}

/**
 * The caller of an action, to which it reports and which it asks: a terminal, a CI job, a program.
 * Every text is one line. It may quote names that others chose, with any characters in them: a host
 * that shows it to people escapes these.
 */
export interface Host {
  /** Reports what was done. */
  note: (text: string) => void;
  /** Reports something that needs attention, although nothing failed. */
  warn: (problem: Problem) => void;
  /** Whether somebody is there to answer `confirm`. */
  isInteractive?: boolean | undefined;
  progress: (label: string, unit?: Unit) => Progress;
  /**
   * Asks for consent before a write or deletion.
   * @param above lines that the question is about
   * @throws CofferError `declined` if the answer is no, or it cannot ask
   */
  confirm: (question: string, above?: readonly string[]) => Promise<void>;
  /**
   * Asks for a short text that is no secret, such as the code of an MFA device.
   * @throws CofferError `declined` without an answer
   */
  ask?: ((question: string) => Promise<string>) | undefined;
  /**
   * Called before the first write. When the signal aborts, no further work starts, and running work
   * finishes.
   */
  onStop: () => AbortSignal | undefined;
}

/** Reports nothing and consents to nothing: a program passes `yes: true` instead. */
export const SILENT_HOST: Host = {
  note: () => {},
  warn: () => {},
  progress: () => ({ update: () => {}, end: () => {} }),
  confirm: (question) =>
    Promise.reject(
      new CofferError('declined', `cannot ask: ${question}`, {
        hint: 'pass "yes: true", or a host that can ask',
      }),
    ),
  onStop: () => undefined,
};

/** @throws CofferError `interrupted` if the signal has aborted */
export function stopIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new CofferError('interrupted', 'interrupted before it finished');
}
