import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  linkSync,
  openSync,
  readdirSync,
  renameSync,
} from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CofferError } from '../errors.ts';
import { isSameFile } from './open-regular.ts';
import { tryRemove } from './remove.ts';
import { errnoOf } from './errors.ts';
import { copyAsNew, overwrite, type Overwriting } from './overwrite.ts';
import { syncFolder } from './sync-folder.ts';
import { isRunning, machineTag, thisProcess } from './this-process.ts';
import { WriteBehind, writeAt } from './write-behind.ts';
import { undoAtExit } from './undo.ts';

/** Mount points, other file systems, and sticky folders of others. */
const CANNOT_BE_RENAMED = new Set(['EBUSY', 'EXDEV', 'EPERM']);

/**
 * An unfinished file. It gets its name when it is complete and on the disk; until then, only
 * SIGKILL can leave it behind.
 */
export class StagedFile {
  #path: string;
  readonly #handle: FileHandle;
  readonly #writer: WriteBehind;
  readonly #forget: () => void;

  private constructor(path: string, handle: FileHandle, forget: () => void) {
    this.#path = path;
    this.#handle = handle;
    this.#writer = new WriteBehind((bytes, offset) => writeAt(handle, bytes, offset));
    this.#forget = forget;
  }

  /** Creates it in `folder`, which must be on the target's file system. */
  static async create(folder: string, mode = 0o600): Promise<StagedFile> {
    const path = join(folder, temporaryName());
    let staged: StagedFile | undefined;
    const forget = undoAtExit(() => tryRemove(staged?.path ?? path));
    try {
      const created = openSync(path, 'wx', mode);
      try {
        staged = new StagedFile(path, await openAgain(path, created), forget);
      } finally {
        closeSync(created);
      }
      return staged;
    } catch (error) {
      forget();
      throw error;
    }
  }

  get path(): string {
    return this.#path;
  }

  get handle(): FileHandle {
    return this.#handle;
  }

  async write(chunk: Uint8Array): Promise<void> {
    await this.#writer.add(chunk);
  }

  /** Ends writing, and syncs the file to disk. */
  async finish(): Promise<void> {
    await this.#writer.end();
    await this.#handle.sync();
    await this.#handle.close();
  }

  /** Renames the unfinished file. */
  moveTo(path: string): void {
    renameSync(this.#path, path);
    this.#path = path;
  }

  /** Replaces `target` by rename. */
  replace(target: string, options: Overwriting = {}): void {
    try {
      renameSync(this.#path, target);
    } catch (error) {
      if (!CANNOT_BE_RENAMED.has(errnoOf(error) ?? '')) throw error;
      overwrite(target, this.#path, options);
      tryRemove(this.#path);
    }
    this.#forget();
    syncFolder(dirname(target));
  }

  /**
   * Links the file as `target`, too.
   * @throws the system's error, EEXIST if `target` exists
   */
  link(target: string): void {
    try {
      linkSync(this.#path, target);
    } catch (error) {
      // Not every file system has hard links.
      if (errnoOf(error) === 'EEXIST') throw error;
      copyAsNew(this.#path, target);
    }
    syncFolder(dirname(target));
  }

  discard(): void {
    tryRemove(this.#path);
    this.#forget();
    void this.#handle.close().catch(() => {});
  }
}

/**
 * Opens a file that was just created, for a handle: creating it that way could be interrupted. In a
 * folder where others can write, they may have put another file in its place.
 */
async function openAgain(path: string, created: number): Promise<FileHandle> {
  const { O_RDWR, O_NOFOLLOW, O_NONBLOCK } = constants;
  const handle = await open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK);
  const stats = await handle.stat({ bigint: true });
  if (isSameFile(stats, fstatSync(created, { bigint: true }))) return handle;
  await handle.close();
  throw new CofferError('conflict', `${path} was exchanged by somebody else`, {
    hint: 'name a file in a folder where only you can write',
  });
}

const TEMPORARY = /^\.coffer-([0-9a-f]{8})-(\d+)-(\d*)-[0-9a-f]{12}\.tmp$/;

/** The name says which process it belongs to. */
function temporaryName(): string {
  const me = thisProcess();
  const random = randomBytes(6).toString('hex');
  return `.coffer-${machineTag(me)}-${me.pid}-${me.started}-${random}.tmp`;
}

export function isTemporary(name: string): boolean {
  return TEMPORARY.test(name);
}

/** Removes files that killed processes of this machine left in a folder. */
export function removeLeftovers(folder: string): void {
  const me = thisProcess();
  for (const name of readdirSync(folder)) {
    const [, machine, pid, started = ''] = TEMPORARY.exec(name) ?? [];
    if (machine !== machineTag(me)) continue;
    if (isRunning({ ...me, pid: Number(pid), started }) === false) {
      tryRemove(join(folder, name));
    }
  }
}
