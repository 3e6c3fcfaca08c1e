import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { CLI, CODE_CACHE } from './cli.ts';

/** A running call of the command line. */
export interface Child {
  kill: (signal: NodeJS.Signals) => void;
  /** More for its standard input, which stays open. */
  feed: (data: Buffer) => void;
  end: () => void;
  /** The code is 128 + n when signal n ended it. */
  finished: Promise<{ code: number; stdout: string; stderr: string }>;
}

/** Starts the command line and leaves its standard input open, for tests that interrupt it. */
export function startCoffer(
  args: readonly string[],
  options: { cwd: string; env: Readonly<Record<string, string>> },
): Child {
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd: options.cwd,
    env: { PATH: process.env['PATH'], HOME: options.cwd, ...CODE_CACHE, ...options.env },
    stdio: 'pipe',
  });
  const texts = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (texts.stdout += chunk.toString('latin1')));
  child.stderr.on('data', (chunk: Buffer) => (texts.stderr += chunk.toString('utf8')));
  child.stdin.on('error', () => {});
  return {
    kill: (signal) => child.kill(signal),
    feed: (data) => child.stdin.write(data),
    end: () => child.stdin.end(),
    finished: new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) =>
        resolve({ code: code ?? 128 + constants.signals[signal ?? 'SIGKILL'], ...texts }),
      );
    }),
  };
}
