import { resolve } from 'node:path';
import { report } from '../../actions/report.ts';
import { CofferError, type Problem } from '../../errors.ts';
import { openRegular } from '../../files/open-regular.ts';
import { isPipeOrDevice, isThere } from '../../files/private-file.ts';
import { replaceFile } from '../../files/replace.ts';
import { shellFile } from '../../files/shell-words.ts';
import { countOf } from '../../formats/count.ts';
import { refuseTrackedLink } from '../../seal/outward-link.ts';
import type { Overview } from '../../page/model.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { writeReport } from '../report.ts';
import { writeToDevice } from '../terminal/device-output.ts';

/** Of every page, older ones included. */
const START = '<!doctype html>';

export async function run(context: Context): Promise<ExitCode> {
  const { args, flags, json, terminal, tools } = context;
  const output = flags.string('output');
  const file = output === '-' ? undefined : output;
  if (file === undefined && !json && terminal.streams.stdout.isTTY) {
    throw new CofferError('usage', 'a page is not for a terminal', {
      hint: `name a file: coffer report ${args.map(shellFile).join(' ')} -o report.html`,
    });
  }
  if (json && output === '-') {
    throw new CofferError('usage', '-o - cannot be used with --json: both go to standard output');
  }
  // Before all that takes long.
  if (file !== undefined) await refuseTarget(file);
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

/**
 * The name of a report is well known: in a branch, it may be a link to another file of the caller's.
 * And one word too few makes a manifest the target.
 */
async function refuseTarget(file: string): Promise<void> {
  await refuseTrackedLink(file);
  if (!(await isThere(file)) || (await isPipeOrDevice(file))) return;
  const opened = await openRegular(resolve(file));
  try {
    const { buffer, bytesRead = 0 } =
      (await opened?.handle.read(Buffer.alloc(START.length), 0, START.length, 0)) ?? {};
    const start = buffer?.toString('latin1', 0, bytesRead).toLowerCase();
    if (start === '' || start === START) return;
  } finally {
    await opened?.handle.close();
  }
  throw new CofferError(
    'usage',
    `${file} is there, and is ${opened ? 'no page' : 'no plain file'}`,
    {
      hint: 'give another name after -o, or remove it first',
    },
  );
}

async function writePage(
  { terminal }: Context,
  file: string | undefined,
  overview: Overview,
): Promise<void> {
  const { renderPage } = await import('../../page/page.ts');
  const page = renderPage(overview);
  if (file === undefined) return terminal.write(page);
  if (!(await isPipeOrDevice(file))) {
    await replaceFile(file, page);
    const { length } = overview.environments;
    return terminal.note(`${file} written with ${countOf(length, 'environment')}`);
  }
  await writeToDevice(terminal.streams, file, [page]);
}

function problemsOf({ environments }: Overview): Problem[] {
  return environments.flatMap(({ file, problems, regions }) => [
    ...problems.map(({ message, hint }) => ({ message: `${file}: ${message}`, hint })),
    ...regions.flatMap(({ problem }) =>
      problem ? [{ message: `${file}: ${problem.message}`, hint: problem.hint }] : [],
    ),
  ]);
}
