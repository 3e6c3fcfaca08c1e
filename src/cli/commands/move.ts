import { move } from '../../actions/move.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { writeOptions } from '../options.ts';
import { writeReports } from '../report.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { args, flags, tools } = context;
  const [file = '', ...names] = args;
  const options = {
    ...writeOptions(flags),
    path: flags.string('path'),
    region: flags.string('region'),
    regions: flags.string('regions')?.split(','),
    kmskey: flags.string('kmskey'),
    bucket: flags.string('bucket'),
    account: flags.string('account'),
    store: flags.string('store'),
    secret: flags.string('secret'),
  };
  await writeReports(context, [await move(tools, file, names, options)]);
  return EXIT.ok;
}
