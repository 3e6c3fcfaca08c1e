import type { CommandHelp } from '../help.ts';
import type { Run } from '../context.ts';

/** The declaration of one command. */
export interface CommandSpec extends CommandHelp {
  /** How to fix a call with too many arguments, when one of them may be a secret. */
  surplus?: string;
  /** Why `--json` is refused, for a command whose stdout is already data. */
  noJson?: string;
  load: () => Promise<{ run: Run }>;
}

/** One section of the help text. */
export interface CommandGroup {
  title: string;
  commands: readonly CommandSpec[];
}
