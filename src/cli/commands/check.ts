import { check, describeFindings, summarizeFindings } from '../../actions/check.ts';
import type { Findings } from '../../repo/check/check.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { writeReport } from '../report.ts';
import { renderProblem } from '../terminal/problems.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { args, flags, json, terminal, tools } = context;
  const { allowedFiles, input } = tools;
  const options = {
    staged: flags.boolean('staged'),
    overdue: flags.boolean('overdue'),
    allowedFiles,
    input,
  };
  const findings = await check(process.cwd(), args, options);
  if (json) await writeReport(context, describeFindings(findings));
  else await terminal.write(forPeople(context, findings));
  terminal.note(summarizeFindings(findings, options));
  return findings.problems.length > 0 ? EXIT.different : EXIT.ok;
}

function forPeople({ terminal }: Context, { problems, warnings }: Findings): string {
  const paint = terminal.dataPaint;
  return [
    ...problems.map((problem) => renderProblem('error', problem, paint)),
    ...warnings.map((warning) => renderProblem('warning', warning, paint)),
  ].join('');
}
