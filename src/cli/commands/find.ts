import { stat } from 'node:fs/promises';
import { find, type FoundParameter } from '../../actions/find.ts';
import { CofferError } from '../../errors.ts';
import { shellFile, shellWord } from '../../files/shell-words.ts';
import { renderTable } from '../../formats/table.ts';
import { visible } from '../../formats/visible.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { writeReport } from '../report.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { args, json, terminal, tools } = context;
  const [pattern = '', ...files] = args;
  await refuseSwapped(pattern, files);
  const report = await find(tools, pattern, files);
  if (json) await writeReport(context, report);
  else await terminal.write(renderTable([HEADER, ...report.parameters.map(cells)]));
  return EXIT.ok;
}

/** Other commands take the file first. */
async function refuseSwapped(pattern: string, [file]: readonly string[]): Promise<void> {
  if (file === undefined || file === '-' || !/\.ya?ml$/i.test(pattern)) return;
  if ((await exists(file)) || !(await exists(pattern))) return;
  throw new CofferError('usage', `${pattern} is a file, and the name comes first`, {
    hint: `coffer find ${shellFile(file)} ${shellWord(pattern)}`,
  });
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(Boolean, () => false);
}

const HEADER = ['WHERE', 'NAME', 'TYPE', 'STATE'];

function cells({ file, line, fullName, property, type, state }: FoundParameter): string[] {
  const name = property === undefined ? fullName : `${fullName}: ${property}`;
  return [`${visible(file)}:${line}`, visible(name), type, describeState(type, state)];
}

function describeState(type: string, state: FoundParameter['state']): string {
  switch (state) {
    case 'psyml':
      return 'encrypted by psyml';
    case 'generate':
      return 'not generated yet';
    case 'plain':
    case 'file':
      return type === 'SecureString' ? `${state}, not encrypted` : state;
    default:
      return state;
  }
}
