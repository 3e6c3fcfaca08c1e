// What nearly every command asks of the file system. Node's threads take longer to begin than all of
// it together, and loading node:fs/promises takes 2 ms.
import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  realpathSync,
  statSync,
  type Stats,
} from 'node:fs';

export async function stat(path: string): Promise<Stats> {
  return statSync(path);
}

/** @param mode as of `fs.access` */
export async function access(path: string, mode: number): Promise<void> {
  accessSync(path, mode);
}

export async function realpath(path: string): Promise<string> {
  return realpathSync.native(path);
}

/**
 * Reads a file whole: what is in it when it is opened, once it has passed `check`.
 * @throws what `check` throws, or the system's error
 */
export async function readAtOnce(path: string, check: (stats: Stats) => void): Promise<Buffer> {
  // A pipe that took its place would wait for a writer.
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    check(fstatSync(descriptor));
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
