import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** How a call of the command line ended. */
export interface Outcome {
  code: number;
  stdout: Buffer;
  stderr: string;
}

/**
 * Runs the built command line with an environment of its own: `env`, PATH and a HOME without AWS
 * configuration.
 */
export function coffer(
  args: readonly string[],
  options: {
    cwd: string;
    env?: Readonly<Record<string, string | undefined>>;
    stdin?: string | Buffer | undefined;
  },
): Promise<Outcome> {
  return run(process.execPath, [CLI, ...args], {
    ...options,
    env: { HOME: options.cwd, ...options.env },
  });
}

/** Runs any program; never blocks, as the sandbox it may talk to lives in this process. */
export function run(
  program: string,
  args: readonly string[],
  options: {
    cwd: string;
    env?: Readonly<Record<string, string | undefined>>;
    stdin?: string | Buffer | undefined;
  },
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { PATH: process.env['PATH'], ...options.env },
      stdio: 'pipe',
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    // A program may end without having read its input.
    child.stdin.on('error', () => {});
    child.stdin.end(options.stdin);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === null) return reject(new Error(`${program} was ended by ${signal}`));
      resolve({
        code,
        stdout: Buffer.concat(stdout),
        stderr: Buffer.concat(stderr).toString('utf8'),
      });
    });
  });
}
