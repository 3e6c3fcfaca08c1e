import { spawn } from 'node:child_process';
import { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { main } from '../../src/cli/main.ts';

/** All processes of the tests share the code that the first of them compiles. */
export const CODE_CACHE = {
  XDG_CACHE_HOME: fileURLToPath(new URL('../../node_modules/.cache', import.meta.url)),
};
export const CLI = fileURLToPath(new URL('../../dist/cli.cjs', import.meta.url));

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

/** Whether the reader of each stream closed it before the call. */
interface Readers {
  stdoutLeft?: boolean;
  stderrLeft?: boolean;
}

/** Commands whose programs get the standard streams of the process itself. */
export const NEEDS_PROCESS: ReadonlySet<string | undefined> = new Set(['edit', 'exec', 'sandbox']);

let isBusy = false;

/**
 * Runs the command line in this process, as if it were one of its own: with `cwd` as its folder,
 * and with `env`, PATH and a HOME without AWS configuration as its environment.
 * @throws Error for a second call at the same time: these two need processes
 */
export async function coffer(
  args: readonly string[],
  options: CallOptions,
  readers: Readers = {},
): Promise<Outcome> {
  if (NEEDS_PROCESS.has(args.find((word) => !word.startsWith('-')))) {
    return cofferProcess(args, options);
  }
  if (isBusy) throw new Error(`coffer ${args.join(' ')} needs a process of its own`);
  isBusy = true;
  const folder = process.cwd();
  const before = { ...process.env };
  const input = options.stdin ? [Buffer.from(options.stdin)] : [];
  const stdin = Object.assign(Readable.from(input), { isTTY: false });
  const stdout = new Captured(readers.stdoutLeft);
  const stderr = new Captured(readers.stderrLeft);
  try {
    process.chdir(options.cwd);
    const kept = Object.entries(before).filter(([name]) => /^(PATH|AWS_SDK_JS_.*)$/.test(name));
    replaceEnvironment({ ...Object.fromEntries(kept), HOME: options.cwd, ...options.env });
    const code = await main(args, { ...process.env }, { stdin, stdout, stderr });
    return { code, stdout: stdout.bytes(), stderr: stderr.bytes().toString('utf8') };
  } finally {
    replaceEnvironment(before);
    process.chdir(folder);
    isBusy = false;
  }
}

/** A stream of a call in this process. */
class Captured extends Writable {
  readonly isTTY = false;
  readonly #chunks: Buffer[] = [];
  readonly #readerLeft: boolean;

  constructor(readerLeft = false) {
    super({ autoDestroy: false });
    this.#readerLeft = readerLeft;
    // The command line's own process ignores it as well.
    this.on('error', () => {});
  }

  override _write(chunk: Buffer, _: unknown, done: (error?: Error) => void): void {
    if (this.#readerLeft) return done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    this.#chunks.push(chunk);
    done();
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}

function replaceEnvironment(variables: Readonly<Record<string, string | undefined>>): void {
  for (const name of Object.keys(process.env)) delete process.env[name];
  for (const [name, value] of Object.entries(variables)) {
    if (value !== undefined) process.env[name] = value;
  }
}

/** The same in a separate process, as built: for signals, pipes, and two calls at once. */
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
      env: { PATH: process.env['PATH'], ...CODE_CACHE, ...options.env },
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
