import { PassThrough, Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createHost } from '../../../src/ci/host.ts';
import { createRunner } from '../../../src/ci/runner.ts';
import { askTwice } from '../../../src/cli/terminal/hidden-prompt.ts';
import type { Streams } from '../../../src/cli/terminal/streams.ts';
import { createTerminal, type Terminal } from '../../../src/cli/terminal/terminal.ts';
import { renderTable } from '../../../src/formats/table.ts';
import { visible } from '../../../src/formats/visible.ts';
import type { Host } from '../../../src/host.ts';

const NAME = '::notice::a\n::error::b\r##[add-mask]c##vso[d]\u001b[2J\u001b]0;e\u0007\u3164\u2800';

/** What a terminal or a runner would obey, once coffer's own words are taken away. */
function findCommand(shown: string): string | undefined {
  const foreign = shown
    .replaceAll(/\u001b\[\d*[GJK]|\r(?=\u001b\[K)/g, '')
    .replaceAll('\r\n', '\n');
  return /^\s*::\w|##(?:\[|vso)|[^\P{C}\n]|[\u3164\u2800]/mu.exec(foreign)?.[0];
}

/** A terminal at which somebody types yes, and what it shows. */
function openTerminal() {
  const shown: string[] = [];
  const stderr = new Writable({
    write: (chunk: Buffer, _, done) => {
      shown.push(chunk.toString());
      done();
    },
  });
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const streams: Streams = {
    stdin,
    stdout: new PassThrough(),
    stderr: Object.assign(stderr, { isTTY: true, columns: 1000 }),
  };
  setImmediate(() => stdin.write('y\n'));
  const terminal = createTerminal(streams, { color: false, quiet: false });
  return { terminal, streams, text: () => shown.join('') };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function makeProgress(host: Host): void {
  const progress = host.progress(NAME);
  progress.update(1, 3);
  vi.advanceTimersByTime(60_000);
  progress.update(2, 3);
}

/** All that a terminal can say with the text of others in it. */
const SAYING = {
  note: (host) => host.note(NAME),
  warn: (host) =>
    host.warn({ message: NAME, hint: NAME, place: { file: NAME, line: 1, column: 1 } }),
  confirm: (host) => host.confirm(NAME, [NAME]),
  ask: (host) => host.ask?.(NAME),
  choose: (host) => host.choose(NAME, ['y']),
  progress: makeProgress,
} as const satisfies Partial<Record<keyof Terminal, (host: Terminal) => unknown>>;

/** What shows nothing, or what a renderer has escaped. */
const SILENT = ['paint', 'dataPaint', 'isInteractive', 'streams', 'write', 'show', 'onStop'];

describe('text of others commands no terminal and no runner', () => {
  test.each(Object.entries(SAYING))('in %s', async (_, say) => {
    const { terminal, text } = openTerminal();
    await say(terminal);
    expect(text()).toContain('\\u{3a}:notice');
    expect(findCommand(text())).toBeUndefined();
  });

  test('and no other method of a terminal shows any', () => {
    const { terminal } = openTerminal();
    expect(Object.keys(terminal).sort()).toEqual([...Object.keys(SAYING), ...SILENT].sort());
  });

  test('in the question for a secret', async () => {
    const { streams, text } = openTerminal();
    setImmediate(() => streams.stdin.push('y\n'));
    await askTwice(streams, NAME);
    expect(findCommand(text())).toBeUndefined();
  });

  test('in a table', () => {
    const table = renderTable([['NAME'], [NAME]]);
    expect(table.split('\n')).toHaveLength(3);
    expect(findCommand(table)).toBeUndefined();
  });

  test('in the log of a job', () => {
    const written: string[] = [];
    const host = createHost(
      createRunner({}, (text) => void written.push(text)),
      { quiet: false },
    );
    host.note(NAME);
    expect(findCommand(written.join(''))).toBeUndefined();
  });
});

test.each([
  ['plain, with a\ttab: 1::2 # 3', undefined],
  ['ümlaut 中 😀', undefined],
  ['  ::debug::x', '  \\u{3a}:debug::x'],
  ['a ##[group]b', 'a #\\u{23}[group]b'],
  ['a\u115Fb\u034Fc', 'a\\u{115f}b\\u{34f}c'],
])('%j is shown as it is, or escaped', (text, shown = text) => {
  expect(visible(text)).toBe(shown);
  expect(visible(shown)).toBe(shown);
});
