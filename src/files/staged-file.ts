import { randomBytes } from 'node:crypto';
import { closeSync, linkSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf } from './errors.ts';
import { overwrite, type Safeguard } from './overwrite.ts';
import { syncFolder } from './sync-folder.ts';
import { isRunning, machineTag, thisProcess } from './this-process.ts';
import { undoAtExit } from './undo.ts';

/** A mount point, another file system in between, a sticky folder of others. */
const CANNOT_BE_RENAMED = new Set(['EBUSY', 'EXDEV', 'EPERM']);

/**
 * A file in the making. It gets its name when it is complete and on the disk; until then, and
 * however the process ends, nothing of it is left but by SIGKILL.
 */
export class StagedFile {
  #path: string;
  readonly #handle: FileHandle;
  readonly #forget: () => void;

  private constructor(path: string, handle: FileHandle, forget: () => void) {
    this.#path = path;
    this.#handle = handle;
    this.#forget = forget;
  }

  /** In `folder`, which has to be on the file system of the file's future place. */
  static async create(folder: string, mode = 0o600): Promise<StagedFile> {
    const path = join(folder, temporaryName());
    let staged: StagedFile | undefined;
    const forget = undoAtExit(() => rmSync(staged?.path ?? path, { force: true }));
    try {
      closeSync(openSync(path, 'wx', mode));
      staged = new StagedFile(path, await open(path, 'r+'), forget);
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

  async write(chunk: string | Uint8Array): Promise<void> {
    await this.#handle.writeFile(chunk);
  }

  /** Nothing more will be written; what was is on the disk. */
  async finish(): Promise<void> {
    await this.#handle.sync();
    await this.#handle.close();
  }

  /** Another name for as long as it is in the making. */
  moveTo(path: string): void {
    renameSync(this.#path, path);
    this.#path = path;
  }

  /** Takes the place of `target`, and is gone from where it was. */
  replace(target: string, safeguard?: Safeguard): void {
    try {
      renameSync(this.#path, target);
    } catch (error) {
      if (!CANNOT_BE_RENAMED.has(errnoOf(error) ?? '')) throw error;
      overwrite(target, this.#path, safeguard);
      rmSync(this.#path, { force: true });
    }
    this.#forget();
    syncFolder(dirname(target));
  }

  /**
   * Appears as `target`, too.
   * @throws what the system says, EEXIST when something is there.
   */
  link(target: string): void {
    try {
      linkSync(this.#path, target);
    } catch (error) {
      // Not every file system has two names for one file.
      if (errnoOf(error) === 'EEXIST') throw error;
      const place = openSync(target, 'wx', 0o666);
      closeSync(place);
      overwrite(target, this.#path);
    }
    syncFolder(dirname(target));
  }

  discard(): void {
    rmSync(this.#path, { force: true });
    this.#forget();
    void this.#handle.close().catch(() => {});
  }
}

const TEMPORARY = /^\.coffer-([0-9a-f]{8})-(\d+)-(\d*)-[0-9a-f]{12}\.tmp$/;

/** It says whose it is. */
function temporaryName(): string {
  const me = thisProcess();
  const random = randomBytes(6).toString('hex');
  return `.coffer-${machineTag(me)}-${me.pid}-${me.started}-${random}.tmp`;
}

export function isTemporary(name: string): boolean {
  return TEMPORARY.test(name);
}

/** Removes what processes of this machine left in a folder when they were killed. */
export function removeLeftovers(folder: string): void {
  const me = thisProcess();
  for (const name of readdirSync(folder)) {
    const [, machine, pid, started = ''] = TEMPORARY.exec(name) ?? [];
    if (machine !== machineTag(me)) continue;
    if (isRunning({ ...me, pid: Number(pid), started }) === false) {
      rmSync(join(folder, name), { force: true });
    }
  }
}
