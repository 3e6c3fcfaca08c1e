import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process, told from every other that ever had its number. */
export interface ProcessId {
  host: string;
  /** Of this start of the host; empty where the system tells none. */
  boot: string;
  /** Containers of one host count their processes each for itself. */
  namespace: string;
  pid: number;
  /** When it started, in the system's own count; empty where it tells none. */
  started: string;
}

let own: ProcessId | undefined;

export function thisProcess(): ProcessId {
  own ??= {
    host: hostname(),
    boot: readOr('/proc/sys/kernel/random/boot_id').trim(),
    namespace: namespace(),
    pid: process.pid,
    started: statusOf('self')?.started ?? '',
  };
  return own;
}

/**
 * Whether it runs; `undefined` where nobody can tell: on another machine or in another container,
 * or when the system does not say since when it runs.
 */
export function isRunning(other: ProcessId): boolean | undefined {
  const { host, boot, namespace } = thisProcess();
  if (other.host !== host || other.boot !== boot || other.namespace !== namespace) return undefined;
  try {
    process.kill(other.pid, 0);
  } catch (error) {
    // It runs, and is somebody else's, when that was not permitted.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const status = statusOf(String(other.pid));
  if (!status || other.started === '') return undefined;
  // What was killed may wait for its parent for ever.
  return status.started === other.started && !'ZX'.includes(status.state);
}

/** A short name for the machine, or container, in the names of files. */
export function machineTag({ host, boot, namespace }: ProcessId): string {
  const text = JSON.stringify([host, boot, namespace]);
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

function statusOf(pid: string): { state: string; started: string } | undefined {
  const text = readOr(`/proc/${pid}/stat`);
  // The program's name, in brackets, may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, started] = [fields[0], fields[19]];
  return state && started ? { state, started } : undefined;
}

function namespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

function readOr(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
