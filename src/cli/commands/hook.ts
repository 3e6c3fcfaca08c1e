import { installHook, uninstallHook } from '../../repo/drivers/hook.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { writeReport } from '../report.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { args, terminal } = context;
  const isInstall = args[0] === 'install';
  const hook = await (isInstall ? installHook : uninstallHook)(process.cwd());
  await writeReport(context, { ...hook });
  const { file, changed } = hook;
  if (isInstall) {
    terminal.note(`${changed ? 'wrote' : 'there is'} ${file}: commits run coffer check --staged`);
  } else terminal.note(changed ? `removed ${file}` : `there is no ${file}`);
  return EXIT.ok;
}
