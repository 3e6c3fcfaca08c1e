import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { access, constants, stat } from 'node:fs/promises';
import { constants as system } from 'node:os';
import { delimiter, resolve } from 'node:path';
import { CofferError } from '../errors.ts';
import type { Environment } from './environment.ts';

const PASSED_ON = [
  'SIGINT',
  'SIGTERM',
  'SIGHUP',
  'SIGQUIT',
  'SIGUSR1',
  'SIGUSR2',
  'SIGWINCH',
] as const satisfies readonly NodeJS.Signals[];

/** Signals that a terminal sends to all its foreground processes: the command already has them. */
const OF_TERMINAL: ReadonlySet<NodeJS.Signals> = new Set(['SIGINT', 'SIGQUIT', 'SIGWINCH']);

/** Passes signals on to a command. */
export interface Relay {
  /** Until `stop`, only SIGKILL ends this process. */
  start: () => void;
  /** Also sends the signals that came earlier. */
  connect: (command: ChildProcess) => void;
  stop: () => void;
}

export function createRelay(): Relay {
  const { stdin, stdout, stderr } = process;
  const hasTerminal = stdin.isTTY || stdout.isTTY || stderr.isTTY;
  const early: NodeJS.Signals[] = [];
  let command: ChildProcess | undefined;
  const pass = (signal: NodeJS.Signals) => {
    if (!command) early.push(signal);
    else if (!(hasTerminal && OF_TERMINAL.has(signal))) command.kill(signal);
  };
  return {
    start() {
      for (const signal of PASSED_ON) process.on(signal, pass);
    },
    connect(child) {
      command = child;
      for (const signal of early) child.kill(signal);
    },
    stop() {
      for (const signal of PASSED_ON) process.off(signal, pass);
    },
  };
}

/**
 * Runs a command with this process's streams and `environment`. Returns its exit status, or 128 + n
 * if signal n ended it.
 * @param path where to look for commands: the caller's PATH, even if the command gets another
 */
export async function runCommand(
  [command = '', ...args]: readonly string[],
  {
    environment,
    path = '/usr/bin:/bin',
    relay,
  }: { environment: Environment; path?: string; relay: Relay },
): Promise<number> {
  const program = await findProgram(command, path);
  try {
    const child = spawn(program, args, { argv0: command, stdio: 'inherit', env: environment });
    const ended = once(child, 'exit');
    relay.connect(child);
    const [code, signal] = (await ended) as [number | null, NodeJS.Signals | null];
    return code ?? 128 + (signal ? system.signals[signal] : 0);
  } catch (error) {
    return refuse(command, error);
  }
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
