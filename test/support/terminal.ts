import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** What a person types once `waitFor` stands on the screen. */
export interface Turn {
  waitFor: RegExp;
  type: string;
}

/** Runs the command line in a terminal of its own, with somebody in front of it. */
export function cofferInTerminal(
  args: readonly string[],
  turns: readonly Turn[],
  options: { cwd: string; env: Readonly<Record<string, string>> },
): Promise<{ code: number; screen: string }> {
  const command = `exec ${[process.execPath, CLI, ...args].map(quote).join(' ')}`;
  const { cwd, env } = options;
  return new Promise((resolve, reject) => {
    // util-linux's script gives its command a terminal, and gives back its exit status.
    const child = spawn('script', ['-q', '-e', '-c', command, '/dev/null'], {
      cwd,
      env: { PATH: process.env['PATH'], HOME: cwd, SHELL: '/bin/sh', TERM: 'xterm', ...env },
      stdio: 'pipe',
    });
    const ahead = [...turns];
    let screen = '';
    let seen = 0;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      screen += text;
      const [turn] = ahead;
      const found = turn?.waitFor.exec(screen.slice(seen));
      if (!turn || !found) return;
      ahead.shift();
      seen = screen.length;
      child.stdin.write(turn.type);
    });
    child.once('error', reject);
    child.once('close', (code, signal) => {
      child.stdin.destroy();
      if (code === null) return reject(new Error(`script was ended by ${signal}`));
      resolve({ code, screen: screen.replaceAll(/\u001b\[[\d;]*[A-Za-z]/g, '') });
    });
  });
}

function quote(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
