import { installDrivers, uninstallDrivers } from '../../repo/drivers/install.ts';
import { CofferError } from '../../errors.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { writeReport } from '../report.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { terminal, args } = context;
  const [task, ...patterns] = args;
  const folder = process.cwd();
  if (task === 'uninstall') {
    if (patterns.length > 0) {
      throw new CofferError('usage', 'uninstall takes everything away, and no patterns');
    }
    const { attributes, configured } = await uninstallDrivers(folder);
    await writeReport(context, { configured, attributes });
    tellLines(context, 'took from .gitattributes', attributes);
    terminal.note(configured ? 'git runs coffer no more in this clone' : 'git did not run coffer');
    return EXIT.ok;
  }
  const { attributes, configured, runnable } = await installDrivers(folder, patterns);
  await writeReport(context, { configured, attributes });
  tellLines(context, 'added to .gitattributes', attributes);
  terminal.note(`git diff and git merge ${configured ? 'now run' : 'run'} coffer in this clone`);
  terminal.note('commit .gitattributes, and run coffer git install once in every other clone:');
  terminal.note('git does not share configuration, and merges by lines without it');
  if (!runnable) {
    terminal.warn({
      message: 'git will not find coffer: it is neither in node_modules nor on PATH',
      hint: 'install it; until then git diffs and merges lines, as without drivers',
    });
  }
  return EXIT.ok;
}

function tellLines({ terminal }: Context, what: string, lines: readonly string[]): void {
  for (const line of lines) terminal.note(`${what}: ${line}`);
}
