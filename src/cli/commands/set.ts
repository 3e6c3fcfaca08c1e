import { set } from '../../actions/set.ts';
import { PARAMETER_TYPES } from '../../manifest/model.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { writeOptions } from '../options.ts';
import { writeReports } from '../report.ts';
import { readValue } from '../terminal/value-input.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { args, flags, terminal, tools } = context;
  const [file = '', name = ''] = args;
  const options = {
    ...writeOptions(flags),
    type: flags.choice('type', PARAMETER_TYPES),
    description: flags.string('description'),
  };
  const input = {
    file: flags.string('fromFile'),
    keepNewline: flags.boolean('keepNewline'),
    limit: tools.limit,
  };
  const value = (wanted: string) => readValue(terminal, wanted, input);
  await writeReports(context, [await set(tools, file, name, value, options)]);
  return EXIT.ok;
}
