import { encrypt } from '../../actions/encrypt.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { writeOptions } from '../options.ts';
import { writeReports } from '../report.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { args, flags, tools } = context;
  const options = { ...writeOptions(flags), reseal: flags.list('reseal') };
  await writeReports(context, await encrypt(tools, args, options));
  return EXIT.ok;
}
