import { Worker } from 'node:worker_threads';

/** Ends this process when the same thing is being done for too long, and says what it was. */
export function startWatchdog(what: string): { at: (index: number) => void; stop: () => void } {
  const shared = new SharedArrayBuffer(4);
  const counter = new Int32Array(shared);
  const worker = new Worker(WATCH, { eval: true, workerData: { shared, what } });
  worker.unref();
  return {
    at: (index) => void Atomics.store(counter, 0, index),
    stop: () => void worker.terminate(),
  };
}

/** A thread of its own, as the one that hangs cannot look at itself. */
const WATCH = `
const { workerData: { shared, what } } = require('node:worker_threads');
const counter = new Int32Array(shared);
let last = -1;
setInterval(() => {
  const now = Atomics.load(counter, 0);
  if (now === last) {
    require('node:fs').writeSync(2, what + ' ' + now + ' hangs\\n');
    process.kill(process.pid, 'SIGKILL');
  }
  last = now;
}, 60_000);
`;
