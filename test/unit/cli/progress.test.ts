import type { WriteStream } from 'node:tty';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createProgress } from '../../../src/cli/terminal/progress.ts';
import type { Unit } from '../../../src/host.ts';

const MIB = 1024 * 1024;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** The output for this many steps of 10 MiB, or this many items, one each second. */
function show(
  unit: Unit,
  { isTTY = true, quiet = false, total = true, steps = 10 } = {},
): string[] {
  const written: string[] = [];
  const stream = { isTTY, write: (text: string) => written.push(text) };
  const progress = createProgress('sealing', unit, stream as unknown as WriteStream, quiet);
  const size = unit === 'bytes' ? 10 * MIB : 1;
  for (let step = 1; step <= steps; step++) {
    progress.update(step * size, total ? steps * size : undefined);
    vi.advanceTimersByTime(1000);
  }
  progress.end();
  return written;
}

describe('on a terminal', () => {
  test('shows bytes with rate and time left, and clears the line at the end', () => {
    const lines = show('bytes');
    expect(lines[0]).toBe('\r\u001b[Ksealing 30.0 MiB of 100.0 MiB, 15.0 MiB/s, 5 s left');
    expect(lines.at(-1)).toBe('\r\u001b[K');
  });

  test('shows only a rate if the total is unknown', () => {
    expect(show('bytes', { total: false })[0]).toBe('\r\u001b[Ksealing 30.0 MiB, 15.0 MiB/s');
  });

  test('counts items', () => {
    expect(show('things')[0]).toBe('\r\u001b[Ksealing 3 of 10, 5 s left');
  });
});

test('elsewhere prints a line for items now and then, none for bytes', () => {
  const elsewhere = { isTTY: false, steps: 40 };
  expect(show('things', elsewhere)).toEqual([
    'sealing 16 of 40, 23 s left\n',
    'sealing 31 of 40, 9 s left\n',
  ]);
  expect(show('bytes', elsewhere)).toEqual([]);
});

test('shows nothing with --quiet', () => {
  expect(show('things', { quiet: true })).toEqual([]);
});
