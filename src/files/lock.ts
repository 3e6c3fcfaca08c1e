import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  linkSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { errnoOf } from './errors.ts';
import { tryRemove } from './remove.ts';
import { isRunning, thisProcess, type ProcessId } from './this-process.ts';
import { undoAtExit } from './undo.ts';

const RENEW_MS = 2_000;
const STALE_MS = 30_000;
const LONGEST_PAUSE_MS = 200;
/** A shorter wait is not announced. */
const PATIENCE_MS = 500;
/** A holder takes a few hundred bytes. */
const MOST_BYTES = 4096;

/** The holder of a lock, when it was last read. */
export interface Holder extends ProcessId {
  /** Identifies this acquisition of the lock. */
  token: string;
}

export interface Waiting {
  timeoutMs: number;
  /** Called once if another process holds the lock. */
  onWait?: (holder: Holder) => void;
  /** Creates the folder, which the last holder may have removed. */
  prepare: () => void;
}

/** The result of an attempt: the lock, its holder, or a reason to try again. */
type Attempt = { fd: number } | { holder: Holder } | 'changed';

/**
 * A file that only one process at a time can create. System locks would end with their process, but
 * Node has none. Libraries use only the file's age: they make others wait for dead processes, or
 * take locks from sleeping ones. This lock names its holder, so that a dead one is recognised by
 * its process.
 */
export class Lock {
  readonly holder: Holder;
  readonly #path: string;
  readonly #fd: number;
  readonly #timer: NodeJS.Timeout;
  readonly #forget: () => void;

  private constructor(path: string, me: Holder, fd: number) {
    this.holder = me;
    this.#path = path;
    this.#fd = fd;
    // Writes instead of touching, so that the file system sets the time.
    this.#timer = setInterval(() => keep(fd, me), RENEW_MS).unref();
    this.#forget = undoAtExit(() => this.#remove());
  }

  /** @returns the lock, or its holder when the time is up */
  static async take(path: string, { timeoutMs, onWait, prepare }: Waiting): Promise<Lock | Holder> {
    const me = { ...thisProcess(), token: randomBytes(6).toString('hex') };
    const start = performance.now();
    let isTold = false;
    for (let pause = 10; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      prepare();
      const attempt = tryToTake(path, me);
      if (attempt === 'changed') {
        // Lets others finish, and lets signals and timers in.
        await sleep(1);
        continue;
      }
      if ('fd' in attempt) return new Lock(path, me, attempt.fd);
      const waited = performance.now() - start;
      if (waited >= timeoutMs) return attempt.holder;
      if (!isTold && waited >= PATIENCE_MS) {
        onWait?.(attempt.holder);
        isTold = true;
      }
      // Waits a random time, so that waiters do not collide.
      await sleep(pause * (0.5 + Math.random()));
    }
  }

  release(): void {
    this.#remove();
    this.#forget();
  }

  #remove(): void {
    clearInterval(this.#timer);
    closeSync(this.#fd);
    // After a long sleep another process may hold it.
    if (readHolder(this.#path)?.token === this.holder.token) tryRemove(this.#path);
  }
}

/**
 * Only one process can take over from a dead holder: the one that holds the lock named by the dead
 * one's token. A dead holder of that lock is replaced in the same way.
 */
function tryToTake(path: string, me: Holder): Attempt {
  const holder = readHolder(path);
  if (!holder) return put(path, me, linkAsNew);
  if (!isDead(path, holder, me)) return { holder };
  const succession = `${path}-${holder.token}`;
  const right = tryToTake(succession, me);
  if (right === 'changed' || 'holder' in right) return right;
  try {
    // Another process may have already taken it over.
    if (readHolder(path)?.token !== holder.token) return 'changed';
    return put(path, me, renameSync);
  } finally {
    closeSync(right.fd);
    tryRemove(succession);
  }
}

/** Creates the file and its content atomically. */
function put(path: string, me: Holder, place: (from: string, to: string) => void): Attempt {
  const draft = `${path}-${me.token}.draft`;
  let fd: number | undefined;
  try {
    fd = openSync(draft, 'wx+', 0o666);
    renew(fd, me);
    place(draft, path);
    return { fd };
  } catch (error) {
    if (fd !== undefined) closeSync(fd);
    // ENOENT: the last holder has just removed the folder.
    if (['EEXIST', 'ENOENT'].includes(errnoOf(error) ?? '')) return 'changed';
    throw error;
  } finally {
    tryRemove(draft);
  }
}

function linkAsNew(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (['EEXIST', 'ENOENT'].includes(errnoOf(error) ?? '')) throw error;
    // Without hard links, an empty file keeps others away for the moment.
    closeSync(openSync(to, 'wx'));
    renameSync(from, to);
  }
}

/** A failed renewal may succeed two seconds later; the next check notices if it did not. */
function keep(fd: number, me: Holder): void {
  try {
    renew(fd, me);
  } catch {
    // The manifest's bytes are also compared before it is replaced.
  }
}

function renew(fd: number, me: Holder): void {
  writeSync(fd, `${JSON.stringify(me)}\n`, 0);
}

export function readHolder(path: string): Holder | undefined {
  try {
    return parseHolder(readShort(path)) ?? unknownHolder(path);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT') return undefined;
    // ELOOP: a link, which no process of coffer makes.
    if (errno === 'EACCES' || errno === 'ELOOP') return unknownHolder(path);
    throw error;
  }
}

/** The text of a lock; of what cannot be one, nothing. A branch can bring any file under its name. */
function readShort(path: string): string {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const fd = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const stats = fstatSync(fd);
    return stats.isFile() && stats.size <= MOST_BYTES ? readFileSync(fd, 'utf8') : '';
  } finally {
    closeSync(fd);
  }
}

function parseHolder(text: string): Holder | undefined {
  try {
    const holder = JSON.parse(text) as Holder;
    // The token becomes part of a file name.
    return /^[0-9a-f]{12}$/.test(holder.token) && Number.isInteger(holder.pid) ? holder : undefined;
  } catch {
    return undefined;
  }
}

/** The holder of a lock that is incomplete or damaged: treated like another machine. */
function unknownHolder(path: string): Holder | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (!stats) return undefined;
  const token = `${stats.ino}-${Math.round(stats.mtimeMs)}`;
  return { host: '', boot: '', namespace: '', pid: 0, started: '', token };
}

export function isDead(path: string, holder: Holder, me: Holder): boolean {
  const isAlive = isRunning(holder);
  if (isAlive !== undefined) return !isAlive;
  const renewed = lstatSync(path, { throwIfNoEntry: false })?.mtimeMs;
  try {
    return renewed !== undefined && timeOf(path, me) - renewed > STALE_MS;
  } catch (error) {
    // It was just released, and the folder is gone.
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** The time of the file system's clock, which may be another machine's. */
function timeOf(path: string, me: Holder): number {
  const file = `${path}-${me.token}.clock`;
  const fd = openSync(file, 'wx');
  try {
    writeSync(fd, '0');
    return fstatSync(fd).mtimeMs;
  } finally {
    closeSync(fd);
    tryRemove(file);
  }
}
