import type { EventEmitter } from 'node:events';
import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type Signal = (typeof SIGNALS)[number];

let received: Signal | undefined;
const controller = new AbortController();

/** Aborts when a signal, or Ctrl-C at a question, asks coffer to end. */
export const interruption = controller.signal;

function interrupt(signal: Signal): void {
  received ??= signal;
  controller.abort();
}

/** Ends the process with the status that shells expect after a signal. */
export function endIfInterrupted(): void {
  if (!received) return;
  process.exitCode = 128 + constants.signals[received];
  // Without this, Node aborts on exit if the terminal is gone.
  if (received === 'SIGHUP') process.kill(process.pid, received);
}

/** Handles the signals that end a program, until the returned function is called. */
function hearSignals(hear: (signal: Signal) => void): () => void {
  for (const signal of SIGNALS) process.on(signal, hear);
  return () => {
    for (const signal of SIGNALS) process.off(signal, hear);
  };
}

/** Waits for the first signal; a second one ends the process at once. */
export function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    const unlisten = hearSignals(() => {
      unlisten();
      resolve();
    });
  });
}

/** Lets signals, Ctrl-C and the loss of the terminal end a question. */
export function listenAt(prompt: EventEmitter, end: () => void): () => void {
  const interruptedBy = (signal: Signal) => () => {
    interrupt(signal);
    end();
  };
  // At a question, Ctrl-C is a key press, not a signal.
  prompt.on('SIGINT', interruptedBy('SIGINT'));
  // Closing it then fails again.
  prompt.once('error', interruptedBy('SIGHUP')).on('error', () => {});
  prompt.on('close', end);
  return hearSignals((signal) => interruptedBy(signal)());
}

let ignoreSignals: (() => void) | undefined;

/** Aborts on the first signal, so that current work can finish; a second one ends at once. */
export function onInterrupt(note: (text: string) => void): AbortSignal {
  ignoreSignals ??= hearSignals((signal) => {
    ignoreSignals?.();
    interrupt(signal);
    note('interrupted: finishing current work (interrupt again to stop at once)');
  });
  return interruption;
}

/** Stops listening, for whatever runs next in this process. */
export function offInterrupt(): void {
  ignoreSignals?.();
  ignoreSignals = undefined;
}
