import { visible } from '../../formats/visible.ts';
import { formatBytes } from '../../sizes.ts';
import type { Progress, Unit } from '../../host.ts';
import type { Output } from './streams.ts';

/** Work shorter than this shows no progress. */
const FIRST_WORD_MS = 1_500;
const TTY_PAUSE_MS = 100;
const LINE_PAUSE_MS = 15_000;

/**
 * Shows how far the work is, its speed and the time left: one line that rewrites itself on a TTY;
 * elsewhere an occasional line for items, and nothing for bytes.
 */
export function createProgress(
  label: string,
  unit: Unit,
  stream: Output,
  quiet: boolean,
): Progress {
  const isSilent = quiet || (unit === 'bytes' && !stream.isTTY);
  let started: number | undefined;
  let told = 0;
  let isOnScreen = false;
  return {
    update(done, total) {
      const now = performance.now();
      started ??= now;
      if (isSilent || now - started < FIRST_WORD_MS) return;
      if (now - told < (stream.isTTY ? TTY_PAUSE_MS : LINE_PAUSE_MS)) return;
      told = now;
      const text = `${visible(label)} ${describe(done, total, unit, (now - started) / 1000)}`;
      // A wrapped line could not be rewritten.
      const line = text.slice(0, (stream.columns || 80) - 1);
      stream.write(stream.isTTY ? `\r\u001b[K${line}` : `${text}\n`);
      isOnScreen = stream.isTTY === true;
    },
    end() {
      if (isOnScreen) stream.write('\r\u001b[K');
    },
  };
}

function describe(done: number, total: number | undefined, unit: Unit, seconds: number): string {
  const format = unit === 'bytes' ? formatBytes : String;
  const rate = unit === 'bytes' ? [`${formatBytes(Math.round(done / seconds))}/s`] : [];
  if (total === undefined) return [format(done), ...rate].join(', ');
  const left = Math.ceil((seconds / done) * (total - done));
  return [`${format(done)} of ${format(total)}`, ...rate, `${formatSeconds(left)} left`].join(', ');
}

function formatSeconds(seconds: number): string {
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
