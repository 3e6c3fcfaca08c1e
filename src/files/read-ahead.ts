const READ_BYTES = 1024 * 1024;

/**
 * Reads in large pieces through two buffers: while one is used, the other is filled. A piece is
 * valid only until the next one is asked for.
 * @param read fills `into` with what comes next, and returns that part of it; nothing is the end
 */
export async function* readAhead(read: (into: Buffer) => Promise<Buffer>): AsyncGenerator<Buffer> {
  let [buffer, other] = [Buffer.allocUnsafe(READ_BYTES), Buffer.allocUnsafe(READ_BYTES)];
  let underway = read(buffer);
  try {
    for (let piece = await underway; piece.length > 0; piece = await underway) {
      [buffer, other] = [other, buffer];
      underway = read(buffer);
      // Whoever asks for the next piece sees its failure.
      underway.catch(() => {});
      yield piece;
    }
  } finally {
    // Nobody may close the file, or use its number again, while it is read.
    await underway.catch(() => {});
  }
}
