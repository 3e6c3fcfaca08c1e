// What src/cli/start/ loads from the table of modules.
import { EXIT } from './context.ts';
import type { Environment } from './environment.ts';
import { findCommand } from './index.ts';
import { findInherited } from './inherited.ts';
import { possibleCommands } from './start/code-cache.ts';
import { endIfInterrupted } from './terminal/interrupt.ts';
import { main } from './main.ts';
import { writeOutput } from './terminal/output.ts';

/** How this process was started. */
interface Started {
  /** As it was, before anything changed it. */
  environment: Environment;
  /** What to run to run coffer again. */
  program: string | undefined;
  /** Where coffer's own code is open, if it is. */
  descriptor: number | undefined;
  /** To be called when the work is done, with what tells the name of the command. */
  keepCode: (commandOf: () => string | undefined) => void;
}

/** Runs the command line of this process, and ends it. */
export async function start(started: Started): Promise<never> {
  const { environment, program, descriptor, keepCode } = started;
  const argv = process.argv.slice(2);
  // First, before coffer opens files of its own.
  const inherited = findInherited(argv, descriptor);
  // If stderr has no reader, a running write must still finish.
  process.stderr.on('error', () => {});
  // writeOutput reports errors to its caller.
  process.stdout.on('error', () => {});
  process.exitCode = await main(argv, environment, process, { program, inherited });
  // A signal does not change the result of finished work.
  if (process.exitCode !== EXIT.ok) endIfInterrupted();
  // After all output is written, a pending call to AWS must not keep the process alive.
  await writeOutput(process.stdout, '').catch(() => {});
  // A failed run may have compiled little.
  if (process.exitCode === EXIT.ok) keepCode(() => commandOf(argv));
  process.exit();
}

/** Words that are no command of `COMMANDS`, and run something. */
const OTHER_WORDS = new Set(['help', '--help', '-h', 'version', '__complete']);

/** The word by which the next such call finds the code: as typed, so aliases have their own. */
function commandOf(argv: readonly string[]): string | undefined {
  return possibleCommands(argv).find((word) => OTHER_WORDS.has(word) || findCommand(word));
}
