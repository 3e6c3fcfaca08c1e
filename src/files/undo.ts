const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const satisfies NodeJS.Signals[];

/** What to undo if the process ends before its work; newest first. */
const pending = new Set<() => void>();

/**
 * Runs `undo`, which must be synchronous, if the process exits or a signal ends it.
 * @returns a function that cancels this
 */
export function undoAtExit(undo: () => void): () => void {
  if (pending.size === 0) listen();
  pending.add(undo);
  return () => {
    pending.delete(undo);
    if (pending.size === 0) unlisten();
  };
}

function undoAll(): void {
  for (const undo of [...pending].toReversed()) {
    pending.delete(undo);
    try {
      undo();
    } catch {
      // The others must still run.
    }
  }
}

/** Ends as the signal would have, unless another listener does. */
function end(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return;
  undoAll();
  unlisten();
  process.kill(process.pid, signal);
}

function listen(): void {
  process.on('exit', undoAll);
  // First, so that `end` still counts listeners added with `once`.
  for (const signal of SIGNALS) process.prependListener(signal, end);
}

function unlisten(): void {
  process.off('exit', undoAll);
  for (const signal of SIGNALS) process.off(signal, end);
}
