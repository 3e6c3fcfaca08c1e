import type { Aws, Region } from '../aws/index.ts';
import type { FileKeyChoice } from '../seal/file-key.ts';
import type { Flags } from './flags.ts';
import type { Terminal } from './terminal/terminal.ts';

export const EXIT = {
  ok: 0,
  failure: 1,
  usage: 2,
  different: 3,
  partial: 4,
  // As shells have it.
  notExecutable: 126,
  noCommand: 127,
  // 128 + SIGPIPE.
  readerLeft: 141,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export type Environment = Readonly<Record<string, string | undefined>>;

/** What a command is given. */
export interface Context {
  args: readonly string[];
  /** What stands after `--`. */
  rest: readonly string[];
  flags: Flags;
  terminal: Terminal;
  /** The variables that coffer was called with. */
  environment: Environment;
  aws: Aws;
  /** Whether to answer in JSON. */
  json: boolean;
  /** `--region`; a manifest names its own otherwise. */
  region: Region;
  /** `--region`, else that of the environment: for what no manifest says. */
  homeRegion: Region;
  fileKey: Omit<FileKeyChoice, 'create'>;
}

/** The exit status; `sandbox` gives back that of the command it ran. */
export type Run = (context: Context) => Promise<number>;
