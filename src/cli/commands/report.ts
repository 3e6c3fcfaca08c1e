import { writeFile } from 'node:fs/promises';
import { report } from '../../actions/report.ts';
import { CofferError, type Problem } from '../../errors.ts';
import { isPipeOrDevice, isThere } from '../../files/private-file.ts';
import { replaceFile } from '../../files/replace.ts';
import type { Overview } from '../../page/model.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { writeReport } from '../report.ts';
import { explainOutputError } from '../terminal/output.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { args, flags, json, terminal, tools } = context;
  const output = flags.string('output');
  const file = output === '-' ? undefined : output;
  if (file === undefined && !json && terminal.streams.stdout.isTTY) {
    throw new CofferError('usage', 'a page is not for a terminal', {
      hint: `name a file: coffer report ${args.join(' ')} -o report.html`,
    });
  }
  if (json && output === '-') {
    throw new CofferError('usage', '-o - cannot be used with --json: both go to standard output');
  }
  // Before all that takes long.
  if (file !== undefined) await isThere(file);
  const overview = await report(tools, args, {
    offline: flags.boolean('offline'),
    history: flags.boolean('history'),
    noDecrypt: !flags.isAllowed('decrypt'),
  });
  if (file !== undefined || !json) await writePage(context, file, overview);
  const problems = problemsOf(overview);
  if (problems.length > 0) {
    throw new CofferError('partial', 'not all environments could be read', {
      problems,
      report: overview,
    });
  }
  await writeReport(context, overview);
  return EXIT.ok;
}

async function writePage(
  { terminal }: Context,
  file: string | undefined,
  overview: Overview,
): Promise<void> {
  const { renderPage } = await import('../../page/page.ts');
  const page = renderPage(overview);
  if (file === undefined) return terminal.write(page);
  if (!(await isPipeOrDevice(file))) return replaceFile(file, page);
  await writeFile(file, page, { flag: 'a' }).catch((error: unknown) => {
    throw explainOutputError(error, file);
  });
}

function problemsOf({ environments }: Overview): Problem[] {
  return environments.flatMap(({ file, problems, regions }) => [
    ...problems.map(({ message, hint }) => ({ message: `${file}: ${message}`, hint })),
    ...regions.flatMap(({ problem }) =>
      problem ? [{ message: `${file}: ${problem.message}`, hint: problem.hint }] : [],
    ),
  ]);
}
