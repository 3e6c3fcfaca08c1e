import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { tryRemove } from './remove.ts';
import { syncFolder } from './sync-folder.ts';

/** The files with the old and the new content while a file is written in place. */
export interface Safeguard {
  old: string;
  next: string;
}

const PIECE_BYTES = 1024 * 1024;

/**
 * Writes over a file that cannot be replaced by rename, such as one that is its own mount point.
 * With a safeguard, `restore` undoes an interrupted write.
 */
export function overwrite(target: string, source: string, safeguard?: Safeguard): void {
  if (!safeguard) return copy(source, target, 'r+');
  copy(source, safeguard.next, 'w');
  copy(target, `${safeguard.old}.part`, 'w');
  renameSync(`${safeguard.old}.part`, safeguard.old);
  syncFolder(dirname(safeguard.old));
  copy(source, target, 'r+');
  drop(safeguard);
}

/** Restores the old content if the new one was written only in part; otherwise keeps the file. */
export function restore(target: string, safeguard: Safeguard): void {
  const { old, next } = safeguard;
  if (existsSync(old) && isPartOf(readFileSync(target), readFileSync(next))) {
    copy(old, target, 'r+');
  }
  drop(safeguard);
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

/** Synchronous, so that no signal can interrupt it. */
function copy(from: string, to: string, flags: 'r+' | 'w'): void {
  const source = openSync(from, 'r');
  try {
    const target = openSync(to, flags, 0o600);
    try {
      ftruncateSync(target);
      const piece = Buffer.allocUnsafe(PIECE_BYTES);
      for (;;) {
        const length = readSync(source, piece);
        if (length === 0) break;
        for (let done = 0; done < length;) done += writeSync(target, piece, done, length - done);
      }
      fsyncSync(target);
    } finally {
      closeSync(target);
    }
  } finally {
    closeSync(source);
  }
}
