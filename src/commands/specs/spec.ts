import type { Run } from '../context.ts';

/** One command as the command line declares it. */
export interface CommandSpec {
  name: string;
  /** Positional arguments, in cac's notation. */
  args: string;
  summary: string;
  /** Flags: how they are written, and what they do. */
  flags: readonly (readonly [string, string])[];
  examples: readonly string[];
  /** How to mend a call with too many arguments, when one of them may be a secret. */
  surplus?: string;
  load: () => Promise<{ run: Run }>;
}

/** One subject of the help text, and its commands. */
export interface CommandGroup {
  title: string;
  commands: readonly CommandSpec[];
}
