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

/** What a stream shows of so many steps of 10 MiB, or of so many things, one a second. */
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
  test('bytes come with their rate and the time that is left, and go in the end', () => {
    const lines = show('bytes');
    expect(lines[0]).toBe('\r\u001b[Ksealing 30.0 MiB of 100.0 MiB, 15.0 MiB/s, 5 s left');
    expect(lines.at(-1)).toBe('\r\u001b[K');
  });

  test('bytes of unknown number have a rate alone', () => {
    expect(show('bytes', { total: false })[0]).toBe('\r\u001b[Ksealing 30.0 MiB, 15.0 MiB/s');
  });

  test('things are counted', () => {
    expect(show('things')[0]).toBe('\r\u001b[Ksealing 3 of 10, 5 s left');
  });
});

test('elsewhere things get a line now and then, bytes none', () => {
  const elsewhere = { isTTY: false, steps: 40 };
  expect(show('things', elsewhere)).toEqual([
    'sealing 16 of 40, 23 s left\n',
    'sealing 31 of 40, 9 s left\n',
  ]);
  expect(show('bytes', elsewhere)).toEqual([]);
});

test('--quiet shows none', () => {
  expect(show('things', { quiet: true })).toEqual([]);
});
