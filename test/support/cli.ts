import { spawn } from 'node:child_process';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { main } from '../../src/cli/main.ts';

export const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** How a call of the command line ended. */
export interface Outcome {
  code: number;
  stdout: Buffer;
  stderr: string;
}

interface CallOptions {
  cwd: string;
  env?: Readonly<Record<string, string | undefined>>;
  stdin?: string | Buffer | undefined;
}

/** Commands whose programs get the standard streams of the process itself. */
const NEEDS_PROCESS: ReadonlySet<string | undefined> = new Set(['edit', 'exec', 'sandbox']);

let isBusy = false;

/**
 * Runs the command line in this process, as if it were one of its own: with `cwd` as its folder,
 * and with `env`, PATH and a HOME without AWS configuration as its environment.
 * @throws Error for a second call at the same time: these two need processes
 */
export async function coffer(args: readonly string[], options: CallOptions): Promise<Outcome> {
  if (NEEDS_PROCESS.has(args.find((word) => !word.startsWith('-')))) {
    return cofferProcess(args, options);
  }
  if (isBusy) throw new Error(`coffer ${args.join(' ')} needs a process of its own`);
  isBusy = true;
  const folder = process.cwd();
  const before = { ...process.env };
  const input = options.stdin ? [Buffer.from(options.stdin)] : [];
  const streams = {
    stdin: noTerminal(Readable.from(input)),
    stdout: noTerminal(new PassThrough()),
    stderr: noTerminal(new PassThrough()),
  };
  const [stdout, stderr] = [buffer(streams.stdout), buffer(streams.stderr)];
  try {
    process.chdir(options.cwd);
    const kept = Object.entries(before).filter(([name]) => /^(PATH|AWS_SDK_JS_.*)$/.test(name));
    replaceEnvironment({ ...Object.fromEntries(kept), HOME: options.cwd, ...options.env });
    const code = await main(args, { ...process.env }, streams);
    streams.stdout.end();
    streams.stderr.end();
    return { code, stdout: await stdout, stderr: (await stderr).toString('utf8') };
  } finally {
    replaceEnvironment(before);
    process.chdir(folder);
    isBusy = false;
  }
}

function noTerminal<S extends object>(stream: S): S & { isTTY: boolean } {
  return Object.assign(stream, { isTTY: false });
}

function replaceEnvironment(variables: Readonly<Record<string, string | undefined>>): void {
  for (const name of Object.keys(process.env)) delete process.env[name];
  for (const [name, value] of Object.entries(variables)) {
    if (value !== undefined) process.env[name] = value;
  }
}

/** The same in a process of its own, as it was built: for signals, pipes, and two at once. */
export function cofferProcess(args: readonly string[], options: CallOptions): Promise<Outcome> {
  return run(process.execPath, [CLI, ...args], {
    ...options,
    env: { HOME: options.cwd, ...options.env },
  });
}

/** Runs any program; never blocks, as the sandbox it may talk to lives in this process. */
export function run(
  program: string,
  args: readonly string[],
  options: CallOptions,
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
