const PIECE_BYTES = 1024 * 1024;

/**
 * Joins small pieces, such as those from a socket or pipe, into larger ones. Their buffer is used
 * again: a piece is valid only until the next one is asked for.
 */
export async function* gather(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafe(PIECE_BYTES);
  let size = 0;
  for await (const chunk of chunks) {
    if (size > 0 && size + chunk.length > PIECE_BYTES) {
      yield buffer.subarray(0, size);
      size = 0;
    }
    if (chunk.length >= PIECE_BYTES) yield chunk;
    else size += chunk.copy(buffer, size);
  }
  if (size > 0) yield buffer.subarray(0, size);
}
