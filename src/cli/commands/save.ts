import { save } from '../../actions/save.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { writeReport } from '../report.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { args, flags, tools } = context;
  const options = {
    allowPlaintext: flags.boolean('allowPlaintext'),
    useRecovery: flags.boolean('useRecovery'),
    takeOver: flags.boolean('takeOver'),
  };
  await writeReport(context, await save(tools, args, options));
  return EXIT.ok;
}
