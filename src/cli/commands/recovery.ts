import { looksLikeRecipient, recovery, RECOVERY_TASKS } from '../../actions/recovery.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { writeOptions } from '../options.ts';
import { writeReports } from '../report.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { args, flags, tools } = context;
  const [word, ...words] = args;
  const task = RECOVERY_TASKS.find((one) => one === word) ?? 'list';
  const files = words.filter((one) => !looksLikeRecipient(one));
  const recipients = words.filter(looksLikeRecipient);
  const options = { ...writeOptions(flags), yes: flags.boolean('yes') };
  await writeReports(context, await recovery(tools, task, files, recipients, options));
  return EXIT.ok;
}
