import { git } from '../../actions/git.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { writeReport } from '../report.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { args, tools, program } = context;
  const [word, ...patterns] = args;
  const task = word === 'uninstall' ? 'uninstall' : 'install';
  await writeReport(context, await git(tools, process.cwd(), task, patterns, { program }));
  return EXIT.ok;
}
