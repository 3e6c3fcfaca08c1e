import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process, distinct from all others that ever had its pid. */
export interface ProcessId {
  host: string;
  /** The host's boot id; empty if the system does not provide it. */
  boot: string;
  /** The namespaces of pids and of time: a container may have its own pids and start times. */
  namespace: string;
  pid: number;
  /** Its start time, in the system's own unit; empty if the system does not provide it. */
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
 * Whether it runs; `undefined` if unknown: on another machine, in another container, or without a
 * start time.
 */
export function isRunning(other: ProcessId): boolean | undefined {
  const { host, boot, namespace } = thisProcess();
  if (other.host !== host || other.boot !== boot || other.namespace !== namespace) return undefined;
  try {
    process.kill(other.pid, 0);
  } catch (error) {
    // EPERM means that it runs and belongs to someone else.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const status = statusOf(String(other.pid));
  if (!status || other.started === '') return undefined;
  // A killed process may stay a zombie forever.
  return status.started === other.started && !'ZX'.includes(status.state);
}

/** A short name of the machine or container, for file names. */
export function machineTag({ host, boot, namespace }: ProcessId): string {
  const text = JSON.stringify([host, boot, namespace]);
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

function statusOf(pid: string): { state: string; started: string } | undefined {
  const text = readOr(`/proc/${pid}/stat`);
  // The program's name, in brackets, may contain any characters.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, started] = [fields[0], fields[19]];
  return state && started ? { state, started } : undefined;
}

function namespace(): string {
  return ['pid', 'time']
    .map((kind) => linkOr(`/proc/self/ns/${kind}`))
    .join(' ')
    .trim();
}

function linkOr(file: string): string {
  try {
    return readlinkSync(file);
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
