import { randomUUID } from 'node:crypto';
import {
  constants,
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
}

const PIECE_BYTES = 1024 * 1024;
const { O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_WRONLY } = constants;

/**
 * Writes over a file that cannot be replaced by rename, such as one that is its own mount point.
 * With a work folder, `restore` undoes an interrupted write.
 * @param target its real path
 */
export function overwrite(target: string, source: string, { workFolder }: Overwriting = {}): void {
  withRegular(target, O_RDWR, (file, stats) => {
    const safeguard = workFolder === undefined ? undefined : safeguardIn(workFolder, stats);
    if (safeguard) save(file, source, safeguard);
    withRegular(source, O_RDONLY, (from) => copy(from, file));
    if (safeguard) drop(safeguard);
  });
}

/** Saves the new and the old content. There is an `old` only when both are on the disk. */
function save(file: number, source: string, { old, next }: Safeguard): void {
  drop({ old, next });
  withRegular(source, O_RDONLY, (from) => create(from, next));
  create(file, `${old}.part`);
  renameSync(`${old}.part`, old);
  syncFolder(dirname(old));
}

function create(from: number, path: string): void {
  tryRemove(path);
  withRegular(path, O_WRONLY | O_CREAT | O_EXCL, (to) => copy(from, to));
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
