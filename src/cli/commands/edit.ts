import { basename } from 'node:path';
import { edit } from '../../actions/edit.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { writeOptions } from '../options.ts';
import { writeReports } from '../report.ts';
import { editText } from '../terminal/editor.ts';
import { expected, renderError } from '../terminal/problems.ts';
import type { Terminal } from '../terminal/terminal.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { args, environment, flags, terminal, tools } = context;
  const [file = ''] = args;
  const change = (text: Buffer) => editText(text, basename(file), environment, terminal.warn);
  const options = {
    ...writeOptions(flags),
    again: (error: unknown) => askAgain(terminal, error),
    yes: flags.boolean('yes'),
  };
  await writeReports(context, [await edit(tools, file, change, options)]);
  return EXIT.ok;
}

/**
 * Asks whether to edit an invalid text again.
 * @throws `failure` if there is no terminal to ask on
 */
async function askAgain(terminal: Terminal, error: unknown): Promise<boolean> {
  const failure = expected(error);
  if (!failure || !terminal.isInteractive) throw error;
  terminal.streams.stderr.write(renderError(failure, terminal.paint));
  return (await terminal.choose('(e)dit again or (d)iscard? ', ['e', 'd'])) === 'e';
}
