import { unset } from '../../actions/unset.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { writeOptions } from '../options.ts';
import { writeReports } from '../report.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { args, flags, tools } = context;
  const [file = '', ...names] = args;
  await writeReports(context, [await unset(tools, file, names, writeOptions(flags))]);
  return EXIT.ok;
}
