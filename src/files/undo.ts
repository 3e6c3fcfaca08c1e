const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const satisfies NodeJS.Signals[];

/** What is to be taken back when the process ends before its work does; the newest first. */
const pending = new Set<() => void>();

/**
 * Has `undo` run, which must not wait for anything, should the process exit or be ended by a signal.
 * @returns what takes that back.
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
      // The others still have to be taken back.
    }
  }
}

/** Ends as the signal would have, unless somebody else sees to that. */
function end(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return;
  undoAll();
  unlisten();
  process.kill(process.pid, signal);
}

function listen(): void {
  process.on('exit', undoAll);
  // First, so that `end` still counts a listener that was added with `once`.
  for (const signal of SIGNALS) process.prependListener(signal, end);
}

function unlisten(): void {
  process.off('exit', undoAll);
  for (const signal of SIGNALS) process.off(signal, end);
}
