import { expect, test } from 'vitest';
import { readAhead } from '../../../src/files/read-ahead.ts';

/** Reads numbers, each into a buffer of its own length, until `end`. */
function reader(end: number, fail?: (at: number) => void) {
  let at = 0;
  const state = { underway: 0, reads: 0 };
  const read = async (into: Buffer) => {
    expect(state.underway++, 'one read at a time').toBe(0);
    state.reads++;
    await new Promise(setImmediate);
    state.underway--;
    fail?.(at);
    if (at === end) return into.subarray(0, 0);
    into.writeUInt32BE(at++);
    return into.subarray(0, 4);
  };
  return { state, read };
}

async function numbersOf(pieces: AsyncIterable<Buffer>): Promise<number[]> {
  const numbers: number[] = [];
  for await (const piece of pieces) {
    // Long enough for the next read to overwrite a buffer that is in use.
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    numbers.push(piece.readUInt32BE());
  }
  return numbers;
}

test.each([0, 1, 2, 3, 10])('reads %i pieces in order', async (end) => {
  const { read } = reader(end);
  expect(await numbersOf(readAhead(read))).toEqual(Array.from({ length: end }, (_, at) => at));
});

test('passes on what came before a failure', async () => {
  const { read } = reader(9, (at) => {
    if (at === 3) throw new Error('the disk is gone');
  });
  const seen: number[] = [];
  const reading = (async () => {
    for await (const piece of readAhead(read)) seen.push(piece.readUInt32BE());
  })();
  await expect(reading).rejects.toThrow('the disk is gone');
  expect(seen).toEqual([0, 1, 2]);
});

test('reads nothing more once nobody reads on', async () => {
  const { read, state } = reader(9);
  for await (const _ of readAhead(read)) break;
  expect(state).toEqual({ underway: 0, reads: 2 });
});
