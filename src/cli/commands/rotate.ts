import { rotate } from '../../actions/rotate.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { writeOptions } from '../options.ts';
import { writeReports } from '../report.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { args, flags, tools } = context;
  const [file = '', ...names] = args;
  const options = { ...writeOptions(flags), all: flags.boolean('all') };
  await writeReports(context, [await rotate(tools, file, names, options)]);
  return EXIT.ok;
}
