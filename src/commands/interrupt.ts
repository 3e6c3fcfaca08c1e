import type { Terminal } from './terminal.ts';

/** Aborts on the first Ctrl-C, so that what is under way can end well; a second one ends at once. */
export function onInterrupt(terminal: Terminal): AbortSignal {
  const controller = new AbortController();
  const stop = () => {
    controller.abort();
    terminal.note('interrupted: finishing what is under way (again to stop at once)');
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  return controller.signal;
}
