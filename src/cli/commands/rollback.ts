import { rollback } from '../../actions/rollback.ts';
import { CofferError } from '../../errors.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { writeOptions } from '../options.ts';
import { writeReports } from '../report.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { args, flags, tools } = context;
  const [file = '', name = '', version] = args;
  if (version === '') {
    throw new CofferError('usage', 'the version is empty', { hint: 'is a variable unset?' });
  }
  const options = { ...writeOptions(flags), version };
  await writeReports(context, [await rollback(tools, file, name, options)]);
  return EXIT.ok;
}
