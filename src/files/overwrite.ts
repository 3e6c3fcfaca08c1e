import { randomUUID } from 'node:crypto';
import {
  constants,
  fchmodSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  writeSync,
  type BigIntStats,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { CofferError } from '../errors.ts';
import { withRegular } from './open-regular.ts';
import { tryRemove } from './remove.ts';
import { syncFolder } from './sync-folder.ts';
import { thisProcess } from './this-process.ts';

/** The files with the old and the new content while a file is written in place. */
interface Safeguard {
  old: string;
  next: string;
}

export interface Overwriting {
  /** Where the old and the new content are until the file is whole; without it, they are not kept. */
  workFolder?: string | undefined;
  /** Only the owner may read it, who must be the caller. */
  isPrivate?: boolean | undefined;
}

const PIECE_BYTES = 1024 * 1024;
const { O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_WRONLY } = constants;

/**
 * Writes over a file that cannot be replaced by rename, such as one that is its own mount point.
 * With a work folder, `restore` undoes an interrupted write.
 * @param target its real path
 * @throws CofferError `usage` for a private file, if others could read it there
 */
export function overwrite(
  target: string,
  source: string,
  { workFolder, isPrivate = false }: Overwriting = {},
): void {
  withRegular(target, O_RDWR, (file, stats) => {
    if (isPrivate) makePrivate(target, file, stats);
    const safeguard = workFolder === undefined ? undefined : safeguardIn(workFolder, stats);
    if (safeguard) save(file, source, safeguard);
    withRegular(source, O_RDONLY, (from) => copy(from, file));
    if (safeguard) drop(safeguard);
  });
}

/** In a folder for everybody, the file may have been put there by somebody else. */
function makePrivate(target: string, file: number, { uid, nlink }: BigIntStats): void {
  const isMine = uid === BigInt(process.getuid?.() ?? uid);
  if (isMine && nlink === 1n) return fchmodSync(file, 0o600);
  const why = isMine ? 'the file there has other names' : 'the file there belongs to somebody else';
  throw new CofferError('usage', `cannot write ${target} for you alone: ${why}`, {
    hint: 'name a file in a folder of your own',
  });
}

/** Copies a file to where there is none, with its mode; on failure, there is none. */
export function copyAsNew(source: string, target: string): void {
  withRegular(source, O_RDONLY, (from, { mode }) => create(from, target, Number(mode & 0o777n)));
}

/** Saves the new and the old content. There is an `old` only when both are on the disk. */
function save(file: number, source: string, { old, next }: Safeguard): void {
  drop({ old, next });
  withRegular(source, O_RDONLY, (from) => create(from, next));
  create(file, `${old}.part`);
  renameSync(`${old}.part`, old);
  syncFolder(dirname(old));
}

function create(from: number, path: string, mode = 0o600): void {
  withRegular(path, O_WRONLY | O_CREAT | O_EXCL, (to) => {
    try {
      fchmodSync(to, mode);
      copy(from, to);
    } catch (error) {
      tryRemove(path);
      throw error;
    }
  });
}

/**
 * Undoes what killed processes did not finish of writing these files in place: restores the old
 * content if the new one was written only in part. Then removes what is left of other files.
 */
export function restore(files: readonly string[], workFolder: string): void {
  const findLeft = () => readdirSync(workFolder).filter((name) => SAFEGUARD.test(name));
  if (findLeft().length === 0) return;
  const tried = new Set(files.flatMap((file) => restoreOne(file, workFolder)));
  for (const name of findLeft()) {
    const path = join(workFolder, name);
    if (!tried.has(path)) tryRemove(path);
  }
}

/** @returns the paths that say how the file was, whether or not they are there */
function restoreOne(file: string, workFolder: string): string[] {
  const stats = lstatSync(file, { bigint: true });
  if (!stats.isFile()) return [];
  const safeguard = safeguardIn(workFolder, stats);
  const { old, next } = safeguard;
  if (isThere(old)) {
    withRegular(file, O_RDWR, (to) => {
      if (!isPartOf(readFileSync(to), readFileSync(next))) return;
      withRegular(old, O_RDONLY, (from) => copy(from, to));
    });
  }
  drop(safeguard);
  return [old, next, `${old}.part`];
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** Earlier versions of coffer had names with a dot. */
const SAFEGUARD = /^(?:old|next)(?:[-.]|$)/;

/** The safeguard in a work folder of a file that is there. */
export function safeguardOf(file: string, workFolder: string): Safeguard {
  return safeguardIn(workFolder, lstatSync(file, { bigint: true }));
}

/**
 * A work folder can be part of a branch, an archive or a cache. So the names say which file of this
 * machine they belong to, by what nobody knows before the file exists, and what stays while it is
 * written and when the machine starts again. Where the system does not say when a file was created,
 * they are valid until then.
 */
function safeguardIn(workFolder: string, { ino, birthtimeNs }: BigIntStats): Safeguard {
  const since = birthtimeNs || thisProcess().boot || randomUUID();
  const nameOf = (what: string) => join(workFolder, `${what}-${ino}-${since}`);
  return { old: nameOf('old'), next: nameOf('next') };
}

function drop({ old, next }: Safeguard): void {
  tryRemove(`${old}.part`);
  // Without `next`, nobody can tell whether the file is whole.
  if (tryRemove(old)) tryRemove(next);
}

/** A power failure may leave zeros in place of bytes. */
function isPartOf(bytes: Buffer, whole: Buffer): boolean {
  if (bytes.equals(whole)) return false;
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return whole.subarray(0, end).equals(bytes.subarray(0, end));
}

/** Copies a whole file over another. Synchronous, so that no signal can interrupt it. */
function copy(from: number, to: number): void {
  ftruncateSync(to);
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  for (let at = 0; ;) {
    const length = readSync(from, piece, 0, PIECE_BYTES, at);
    if (length === 0) break;
    for (let done = 0; done < length;) {
      done += writeSync(to, piece, done, length - done, at + done);
    }
    at += length;
  }
  fsyncSync(to);
}
