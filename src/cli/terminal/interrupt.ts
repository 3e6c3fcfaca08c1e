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

export function endIfInterrupted(): void {
  if (received) endBy(received);
}

/**
 * Lets the process end, when it does, as by a signal that it has not handled: only then does a shell
 * end its loop too, and not go on with the next file. Other signals than Ctrl-C and its kin are left.
 */
export function endBy(signal: NodeJS.Signals): void {
  if (!SIGNALS.some((one) => one === signal)) return;
  // For the first process of a container, which does not die of its own signals.
  process.exitCode = 128 + constants.signals[signal];
  // Windows would end it with another status.
  if (process.platform === 'win32') return;
  process.once('exit', () => process.kill(process.pid, signal));
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
