import { doctor } from '../../actions/doctor.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { writeReport } from '../report.ts';
import { renderFindings } from '../terminal/findings.ts';
import { describeVersion } from '../version.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { args, json, program, terminal, tools } = context;
  const options = { version: describeVersion(), folder: process.cwd(), program };
  const report = await doctor(tools, args, options);
  if (json) await writeReport(context, report);
  else await terminal.write(renderFindings(report.findings, terminal.dataPaint));
  const isFailed = report.findings.some(({ state }) => state === 'fail');
  return isFailed ? EXIT.different : EXIT.ok;
}
