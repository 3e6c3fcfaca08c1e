import { copy } from '../../actions/copy.ts';
import { CofferError } from '../../errors.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { writeOptions } from '../options.ts';
import { writeReports } from '../report.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { args, flags, tools } = context;
  const [file = '', ...words] = args;
  const to = words.pop();
  if (to === undefined || words.length === 0) {
    throw new CofferError('usage', 'coffer copy takes a manifest, names, and another manifest', {
      hint: 'for example: coffer copy staging.yml api_token prod.yml',
    });
  }
  await writeReports(context, [await copy(tools, file, words, to, writeOptions(flags))]);
  return EXIT.ok;
}
