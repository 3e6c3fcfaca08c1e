import { hook } from '../../actions/hook.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { writeReport } from '../report.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { args, tools, program } = context;
  const task = args[0] === 'uninstall' ? 'uninstall' : 'install';
  await writeReport(context, await hook(tools, process.cwd(), task, { program }));
  return EXIT.ok;
}
