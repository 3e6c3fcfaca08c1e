import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { ObjectBody } from './objects.ts';
import { CHECK_THE_WAY, isTimeout } from '../../aws/errors.ts';
import { CofferError, isFailure } from '../../errors.ts';

export const RANGE_BYTES = 8 * 1024 * 1024;
const RANGES_IN_FLIGHT = 4;
const RANGE_ATTEMPTS = 5;
const SILENT_ATTEMPTS = 2;

/** Some bytes of an object. */
export interface Range {
  offset: number;
  length: number;
}

/**
 * The bytes of an object in order, while the next ranges are already on their way. The buffers are
 * used again: a chunk is valid only until the next one is asked for.
 * @param get may be called again for a range whose connection broke
 */
export async function* readRanges(
  size: number,
  get: (range: Range) => Promise<ObjectBody>,
  onProgress?: (done: number, total: number) => void,
): AsyncGenerator<Buffer> {
  const left = rangesOf(size);
  const open = new Set<Readable>();
  const underway: { buffer: Buffer; filled: Promise<Buffer> }[] = [];
  let [done, isOver] = [0, false];

  const fill = async (range: Range, bytes: Buffer) => {
    for (let attempt = 1; ; attempt++) {
      const { body } = await get(range);
      if (isOver) body.destroy();
      open.add(body);
      try {
        await readInto(bytes, body);
        break;
      } catch (error) {
        if (isOver || !isWorthAnother(error, attempt)) throw error;
      } finally {
        open.delete(body);
      }
    }
    onProgress?.((done += range.length), size);
    return bytes;
  };
  const ask = (range: Range, buffer: Buffer) => {
    const filled = fill(range, buffer.subarray(0, range.length));
    // Whoever waits for it sees its failure; after another's failure, nobody does.
    filled.catch(() => {});
    underway.push({ buffer, filled });
  };

  try {
    for (const range of left.splice(0, RANGES_IN_FLIGHT)) {
      ask(range, Buffer.allocUnsafe(range.length));
    }
    for (let next = underway.shift(); next; next = underway.shift()) {
      yield await next.filled;
      const range = left.shift();
      if (range) ask(range, next.buffer);
    }
  } finally {
    isOver = true;
    for (const body of open) body.destroy();
  }
}

function rangesOf(size: number): Range[] {
  return Array.from({ length: Math.ceil(size / RANGE_BYTES) }, (_, index) => {
    const offset = index * RANGE_BYTES;
    return { offset, length: Math.min(RANGE_BYTES, size - offset) };
  });
}

/** Fills `bytes` with exactly what arrives. */
async function readInto(bytes: Buffer, body: Readable): Promise<void> {
  let done = 0;
  body.on('data', (chunk: Buffer) => {
    if (chunk.length > bytes.length - done) body.destroy(tooLong(bytes.length));
    else done += chunk.copy(bytes, done);
  });
  try {
    await finished(body);
  } catch (cause) {
    if (cause instanceof CofferError) throw cause;
    const message =
      cause instanceof Error && isTimeout(cause) ? cause.message : 'the connection broke';
    throw new CofferError('network', message, { cause });
  }
  if (done === bytes.length) return;
  throw new CofferError('network', `the connection ended after ${done} of ${bytes.length} bytes`);
}

function tooLong(length: number): CofferError {
  return new CofferError('aws', `the answer has more than the ${length} bytes that it promised`, {
    hint: CHECK_THE_WAY,
  });
}

/** Waits after a broken connection, but not after a timeout, which already took half a minute. */
function isWorthAnother(error: unknown, attempt: number): boolean {
  const isBroken = isFailure(error, 'network');
  return isBroken && attempt < (isTimeout(error) ? SILENT_ATTEMPTS : RANGE_ATTEMPTS);
}
