// Files of compiled code. V8 runs whatever they hold, so each has to prove that coffer wrote it there.
import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  type BigIntStats,
} from 'node:fs';
import { join } from 'node:path';

/**
 * Whose file it is. One of the user's own is bound to its place: whatever copies files for them, such
 * as a checkout or the cache of a CI job, may bring one that somebody else made. One that all users
 * share lies beside coffer's own code. Whoever can write there can change that too, so it may be a
 * copy, as in an image.
 */
export type Kind = 'own' | 'shared';

const DIGEST_BYTES = 32;

/** Build, version of V8, architecture and command; and a process that has not finished writing. */
const NAME = /^[\da-f]{16}-[\w.]+-[\w.]+-\w+-[a-z_-]+(?:\.\d+)?$/;

/** What a file holds; `undefined` without one that coffer wrote there, whole and of at most `most` bytes. */
export function readKept(file: string, kind: Kind, most: number): Buffer | undefined {
  let descriptor: number | undefined;
  try {
    const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
    descriptor = openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    const stats = fstatSync(descriptor, { bigint: true });
    if (!stats.isFile() || stats.size > most) return undefined;
    const bytes = readFileSync(descriptor);
    const content = contentOfCopy(bytes);
    return digestOf(content, kind, stats).equals(bytes.subarray(0, DIGEST_BYTES))
      ? content
      : undefined;
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** What the bytes of a file hold, for a copy that needs no proof. */
export function contentOfCopy(bytes: Buffer): Buffer {
  return bytes.subarray(DIGEST_BYTES);
}

/**
 * Writes a file whole, or leaves the old one.
 * @throws the system's error
 */
export function writeKept(file: string, kind: Kind, content: Buffer): void {
  const temporary = `${file}.${process.pid}`;
  try {
    const descriptor = openSync(temporary, 'wx', kind === 'own' ? 0o600 : 0o644);
    try {
      const digest = digestOf(content, kind, fstatSync(descriptor, { bigint: true }));
      writeFileSync(descriptor, Buffer.concat([digest, content]));
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, file);
  } catch (error) {
    removeIfPossible(temporary);
    throw error;
  }
}

/**
 * Removes files of compiled code, known by their names, and nothing else.
 * @throws the system's error
 */
export function removeKept(
  folder: string,
  isUnwanted: (name: string, changedMs: number) => boolean = () => true,
): void {
  for (const name of readdirSync(folder)) {
    if (!NAME.test(name)) continue;
    const file = join(folder, name);
    const stats = lstatSync(file);
    if (stats.isFile() && isUnwanted(name, stats.mtimeMs)) rmSync(file);
  }
}

/** @throws if a file's place cannot be told from that of a copy */
function digestOf(content: Buffer, kind: Kind, stats: BigIntStats): Buffer {
  const hash = createHash('sha256');
  if (kind === 'own') hash.update(placeOf(stats));
  return hash.update(content).digest();
}

/** What only the system decides when a file is created. Whoever makes a copy cannot foresee the time. */
function placeOf({ dev, ino, birthtimeNs }: BigIntStats): string {
  if (birthtimeNs === 0n) throw new Error('the file system does not say when a file was created');
  return `${dev} ${ino} ${birthtimeNs}\n`;
}

function removeIfPossible(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // It is removed with what is old.
  }
}
