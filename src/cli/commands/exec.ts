import { exec } from '../../actions/exec.ts';
import { CofferError } from '../../errors.ts';
import type { Context } from '../context.ts';
import { secretOptions, variableOptions } from '../options.ts';
import { createRelay, runCommand } from '../run-command.ts';
import { endBy } from '../terminal/interrupt.ts';

/** Runs a command with secrets in its environment; its exit status. */
export async function run(context: Context): Promise<number> {
  const { args, environment, flags, inherited: descriptors, program, rest, tools } = context;
  if (rest.length === 0) {
    throw new CofferError('usage', 'coffer exec needs a command', {
      hint: 'write it after --, for example: coffer exec app.yml -- make deploy',
    });
  }
  const relay = createRelay();
  const inherited = flags.boolean('pristine') ? {} : environment;
  const start = (variables: Readonly<Record<string, string>>) =>
    runCommand(rest, {
      environment: { ...inherited, ...variables },
      path: environment['PATH'],
      inherited: descriptors,
      relay,
      // What a terminal sends to both, such as Ctrl-C, ends both.
      onSignal: program === undefined ? undefined : endBy,
    });
  try {
    return await exec(tools, args, start, {
      ...secretOptions(flags),
      ...variableOptions(flags),
      runtimeFolder: environment['XDG_RUNTIME_DIR'],
      // A signal must not leave files behind.
      onOpened: relay.start,
    });
  } finally {
    relay.stop();
  }
}
