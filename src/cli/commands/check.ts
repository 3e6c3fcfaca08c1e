import { CofferError } from '../../errors.ts';
import { checkManifests, type Findings } from '../../repo/check/check.ts';
import { openIndex } from '../../repo/check/git-index.ts';
import { openWorkTree } from '../../repo/check/work-tree.ts';
import { countOf } from '../../formats/count.ts';
import { flattenProblem, renderProblem } from '../terminal/problems.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { writeReport } from '../report.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { args, terminal } = context;
  const isStaged = context.flags.boolean('staged');
  if (isStaged && args.length > 0) {
    throw new CofferError('usage', '--staged looks at all that is staged', {
      hint: 'leave the files out',
    });
  }
  const folder = process.cwd();
  const snapshot = await (isStaged ? openIndex(folder) : openWorkTree(args, folder));
  const findings = await checkManifests(snapshot).finally(snapshot.close);
  if (context.json) await writeReport(context, forPrograms(findings));
  else await terminal.write(forPeople(context, findings));
  terminal.note(summarize(findings, isStaged));
  return findings.problems.length > 0 ? EXIT.different : EXIT.ok;
}

function forPeople({ terminal }: Context, { problems, warnings }: Findings): string {
  const paint = terminal.dataPaint;
  return [
    ...problems.map((problem) => renderProblem('error', problem, paint)),
    ...warnings.map((warning) => renderProblem('warning', warning, paint)),
  ].join('');
}

function forPrograms({ files, problems, warnings }: Findings): object {
  return {
    files,
    problems: problems.map(flattenProblem),
    warnings: warnings.map(flattenProblem),
  };
}

/** `3 manifests, no problems`. */
function summarize({ files, problems, warnings }: Findings, isStaged: boolean): string {
  const manifests = count(files, isStaged ? 'staged manifest' : 'manifest');
  const parts = [manifests, count(problems.length, 'problem')];
  if (warnings.length > 0) parts.push(count(warnings.length, 'warning'));
  return parts.join(', ');
}

function count(number: number, what: string): string {
  return number === 0 ? `no ${what}s` : countOf(number, what);
}
