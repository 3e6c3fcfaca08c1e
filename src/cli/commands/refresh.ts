import { refresh } from '../../actions/refresh.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { writeOptions } from '../options.ts';
import { writeReports } from '../report.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { args, flags, tools } = context;
  const options = { ...writeOptions(flags), newDataKeys: flags.boolean('newDataKeys') };
  await writeReports(context, await refresh(tools, args, options));
  return EXIT.ok;
}
