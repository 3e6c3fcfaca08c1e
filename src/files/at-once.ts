// What nearly every command asks of the file system. Node's threads take longer to begin than all of
// it together, and loading node:fs/promises takes 2 ms.
import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  realpathSync,
  statSync,
  type Stats,
} from 'node:fs';

const PIECE_BYTES = 64 * 1024;

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
 * Reads what is in a file when it is opened, once it has passed `check`: in one piece, or in several
 * if it does not say its size, as some files of the system.
 * @throws what `check` throws, or the system's error
 */
export async function* readAtOnce(
  path: string,
  check: (stats: Stats) => void,
): AsyncGenerator<Buffer> {
  // A pipe that took its place would wait for a writer.
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(descriptor);
    check(stats);
    if (stats.size > 0) yield readFileSync(descriptor);
    else yield* piecesOf(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function* piecesOf(descriptor: number): Generator<Buffer> {
  for (;;) {
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    const length = readSync(descriptor, piece);
    if (length === 0) return;
    yield piece.subarray(0, length);
  }
}
