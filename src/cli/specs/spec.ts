import type { CommandHelp } from '../help.ts';
import type { Run } from '../context.ts';

/** One command as the command line declares it. */
export interface CommandSpec extends CommandHelp {
  /** How to mend a call with too many arguments, when one of them may be a secret. */
  surplus?: string;
  /** Why `--json` is refused: where stdout is data already. */
  noJson?: string;
  load: () => Promise<{ run: Run }>;
}

/** One subject of the help text, and its commands. */
export interface CommandGroup {
  title: string;
  commands: readonly CommandSpec[];
}
