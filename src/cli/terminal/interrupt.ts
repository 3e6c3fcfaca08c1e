import type { EventEmitter } from 'node:events';
import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type Signal = (typeof SIGNALS)[number];

let received: Signal | undefined;
const controller = new AbortController();

/** Aborted once somebody wants coffer to end, by a signal or by Ctrl-C at a question. */
export const interruption = controller.signal;

function interrupt(signal: Signal): void {
  received ??= signal;
  controller.abort();
}

/** Ends the process with the status of what was interrupted, as shells have it. */
export function endIfInterrupted(): void {
  if (!received) return;
  process.exitCode = 128 + constants.signals[received];
  // On its way out, Node would abort for a terminal that is gone.
  if (received === 'SIGHUP') process.kill(process.pid, received);
}

/** Hears the signals that end a program, until the returned function is called. */
function hearSignals(hear: (signal: Signal) => void): () => void {
  for (const signal of SIGNALS) process.on(signal, hear);
  return () => {
    for (const signal of SIGNALS) process.off(signal, hear);
  };
}

/** Waits for the first signal; a second one ends at once. */
export function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    const unlisten = hearSignals(() => {
      unlisten();
      resolve();
    });
  });
}

/** Has whatever ends a question end it: signals, Ctrl-C, and a terminal that is no longer there. */
export function listenAt(prompt: EventEmitter, end: () => void): () => void {
  const interruptedBy = (signal: Signal) => () => {
    interrupt(signal);
    end();
  };
  // At a question, Ctrl-C is a key like any other and no signal.
  prompt.on('SIGINT', interruptedBy('SIGINT'));
  // Closing it then fails once more.
  prompt.once('error', interruptedBy('SIGHUP')).on('error', () => {});
  prompt.on('close', end);
  return hearSignals((signal) => interruptedBy(signal)());
}

let ignoreSignals: (() => void) | undefined;

/** Aborts on the first signal, so that what is under way can end well; a second one ends at once. */
export function onInterrupt(note: (text: string) => void): AbortSignal {
  ignoreSignals ??= hearSignals((signal) => {
    ignoreSignals?.();
    interrupt(signal);
    note('interrupted: finishing what is under way (again to stop at once)');
  });
  return interruption;
}

/** Leaves the signals to whatever runs next in this process. */
export function offInterrupt(): void {
  ignoreSignals?.();
  ignoreSignals = undefined;
}
