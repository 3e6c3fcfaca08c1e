import type { WriteStream } from 'node:tty';

export interface Progress {
  update: (done: number, total: number) => void;
  end: () => void;
}

/** Work that is over sooner than this is not worth a word. */
const FIRST_WORD_MS = 1_500;
const TTY_PAUSE_MS = 100;
const LINE_PAUSE_MS = 15_000;

/** How far the work is and how long it will take: rewritten on a TTY, now and then a line elsewhere. */
export function createProgress(label: string, stream: WriteStream, quiet: boolean): Progress {
  const started = performance.now();
  let told = started + FIRST_WORD_MS;
  let isOnScreen = false;
  return {
    update(done, total) {
      const now = performance.now();
      if (quiet || now < told) return;
      told = now + (stream.isTTY ? TTY_PAUSE_MS : LINE_PAUSE_MS);
      const left = Math.ceil((((now - started) / done) * (total - done)) / 1000);
      const text = `${label} ${done} of ${total}, ${formatSeconds(left)} left`;
      stream.write(stream.isTTY ? `\r\u001b[K${text}` : `${text}\n`);
      isOnScreen = stream.isTTY;
    },
    end() {
      if (isOnScreen) stream.write('\r\u001b[K');
    },
  };
}

function formatSeconds(seconds: number): string {
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
