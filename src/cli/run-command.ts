import { execFileSync, spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { constants, readFileSync } from 'node:fs';
import { constants as system } from 'node:os';
import { delimiter, resolve } from 'node:path';
import { isatty } from 'node:tty';
import { CofferError } from '../errors.ts';
import { access, stat } from '../files/at-once.ts';
import type { Environment } from './environment.ts';

const PASSED_ON = [
  'SIGINT',
  'SIGTERM',
  'SIGHUP',
  'SIGQUIT',
  'SIGUSR1',
  'SIGUSR2',
  'SIGWINCH',
  'SIGTSTP',
  'SIGCONT',
] as const satisfies readonly NodeJS.Signals[];

/** Signals that a terminal sends to all its foreground processes: the command already has them. */
const OF_TERMINAL: ReadonlySet<NodeJS.Signals> = new Set([
  'SIGINT',
  'SIGQUIT',
  'SIGWINCH',
  'SIGTSTP',
]);

/** Passes signals on to a command. */
export interface Relay {
  /** Until `stop`, only SIGKILL ends this process. */
  start: () => void;
  /** Also sends the signals that came earlier. */
  connect: (command: ChildProcess) => void;
  stop: () => void;
}

export function createRelay(): Relay {
  // `process.stdin` would take two milliseconds to make.
  const hasTerminal = [0, 1, 2].some((descriptor) => isatty(descriptor));
  const early: NodeJS.Signals[] = [];
  let command: ChildProcess | undefined;
  const pass = (signal: NodeJS.Signals) => {
    if (!command) early.push(signal);
    else if (!(hasTerminal && OF_TERMINAL.has(signal))) command.kill(signal);
  };
  // The shell takes the terminal back only when coffer stops too; its fg and bg continue both.
  const stopWithCommand = () => {
    if (hasTerminal && command?.pid !== undefined && isStopped(command.pid)) {
      process.kill(process.pid, 'SIGSTOP');
    }
  };
  return {
    start() {
      for (const signal of PASSED_ON) process.on(signal, pass);
      process.on('SIGCHLD', stopWithCommand);
    },
    connect(child) {
      command = child;
      for (const signal of early) child.kill(signal);
    },
    stop() {
      for (const signal of PASSED_ON) process.off(signal, pass);
      process.off('SIGCHLD', stopWithCommand);
    },
  };
}

/** Whether a process is stopped, as by Ctrl-Z. */
function isStopped(pid: number): boolean {
  try {
    // The state comes behind the name, which is in parentheses.
    return /\) T/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    // Systems without /proc.
  }
  try {
    return execFileSync('ps', ['-o', 'state=', '-p', String(pid)], { encoding: 'utf8' }).startsWith(
      'T',
    );
  } catch {
    return false;
  }
}

/**
 * Runs a command with this process's streams, inherited descriptors and `environment`. Returns its exit status, or 128 + n
 * if signal n ended it.
 * @param inherited descriptors above 2 to pass on
 * @param path where to look for commands: the caller's PATH, even if the command gets another
 */
export async function runCommand(
  [command = '', ...args]: readonly string[],
  {
    environment,
    path = '/usr/bin:/bin',
    inherited = [],
    relay,
    onSignal,
  }: {
    environment: Environment;
    path?: string;
    inherited?: readonly number[];
    relay: Relay;
    /** Called with the signal that ended the command, if one did. */
    onSignal?: ((signal: NodeJS.Signals) => void) | undefined;
  },
): Promise<number> {
  const program = await findProgram(command, path);
  try {
    const child = spawn(program, args, {
      argv0: command,
      stdio: streams(inherited),
      env: environment,
    });
    const ended = once(child, 'exit');
    relay.connect(child);
    const [code, signal] = (await ended) as [number | null, NodeJS.Signals | null];
    if (signal) onSignal?.(signal);
    return code ?? 128 + (signal ? system.signals[signal] : 0);
  } catch (error) {
    return refuse(command, error);
  }
}

/** Each descriptor keeps its number. */
function streams(inherited: readonly number[]): StdioOptions {
  const last = Math.max(2, ...inherited);
  return Array.from({ length: last + 1 }, (_, number) =>
    number <= 2 || inherited.includes(number) ? number : 'ignore',
  );
}

async function findProgram(command: string, path: string): Promise<string> {
  const candidates = command.includes('/')
    ? [command]
    : path.split(delimiter).map((folder) => resolve(folder, command));
  let isThere = false;
  for (const file of candidates) {
    const found = await stat(file).catch(() => undefined);
    if (!found) continue;
    isThere = true;
    const isExecutable = await access(file, constants.X_OK).then(
      () => found.isFile(),
      () => false,
    );
    if (isExecutable) return file;
  }
  if (isThere) throw notExecutable(command);
  throw new CofferError('no-command', `command not found: ${command}`, {
    hint: 'coffer runs the words after -- directly, without a shell',
  });
}

/** Explains why the system did not start a program. Never quotes the environment. */
function refuse(command: string, cause: unknown): never {
  switch ((cause as NodeJS.ErrnoException).code) {
    case 'E2BIG':
      throw new CofferError('oversize', `the environment for ${command} is too large`, {
        hint: 'reduce it with --only, --no-blobs or --pristine',
      });
    case 'ENOENT':
      throw new CofferError('no-command', `${command} needs an interpreter that was not found`);
    case 'EACCES':
      throw notExecutable(command, cause);
    default:
      throw cause;
  }
}

function notExecutable(command: string, cause?: unknown): CofferError {
  return new CofferError('not-executable', `cannot run ${command}`, {
    hint: 'it must be a program or a script with execute permission',
    cause,
  });
}
