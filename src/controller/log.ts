import type { Clock } from './clock.ts';

/** Facts of one line: names and reasons, never a value of a secret. */
type Facts = Readonly<Record<string, string | number | undefined>>;

/** Writes one JSON object a line. */
export type Log = (level: 'info' | 'warn' | 'error', message: string, facts?: Facts) => void;

export function createLog(write: (line: string) => void, clock: Clock): Log {
  return (level, message, facts) => {
    const time = new Date(clock.now()).toISOString();
    write(`${JSON.stringify({ time, level, message, ...facts })}\n`);
  };
}
