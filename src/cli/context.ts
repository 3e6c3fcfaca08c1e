import type { Tools } from '../actions/tools.ts';
import type { Environment } from './environment.ts';
import type { Flags } from './flags.ts';
import type { Terminal } from './terminal/terminal.ts';

export const EXIT = {
  ok: 0,
  failure: 1,
  usage: 2,
  different: 3,
  partial: 4,
  // 128 + SIGINT, as in shells.
  notExecutable: 126,
  noCommand: 127,
  // 128 + SIGPIPE.
  readerLeft: 141,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What is known when the process is the command line's own. */
export interface OwnProcess {
  /** The script that Node runs. */
  program: string | undefined;
  /** Descriptors above 2 that it got from its caller. */
  inherited: readonly number[];
}

/** The input of a command. */
export interface Context extends Partial<OwnProcess> {
  args: readonly string[];
  /** The words after `--`. */
  rest: readonly string[];
  flags: Flags;
  terminal: Terminal;
  environment: Environment;
  /** Whether to print JSON. */
  json: boolean;
  tools: Tools;
}

/** The exit status; `sandbox` returns that of the command it ran. */
export type Run = (context: Context) => Promise<number>;
