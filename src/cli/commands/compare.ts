import { compare, isUneven } from '../../actions/compare.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { writeReport } from '../report.ts';
import { renderComparison } from '../terminal/comparison.ts';

/** Where the width is not known, such as in a file. */
const USUAL_WIDTH = 80;

export async function run(context: Context): Promise<ExitCode> {
  const { args, flags, json, terminal, tools } = context;
  const report = await compare(tools, args, { values: flags.boolean('values') });
  if (json) await writeReport(context, report);
  else {
    const width = terminal.streams.stdout.columns ?? USUAL_WIDTH;
    const look = { paint: terminal.dataPaint, width, all: flags.boolean('all') };
    await terminal.write(renderComparison(report, look));
  }
  return isUneven(report) && flags.boolean('exitCode') ? EXIT.different : EXIT.ok;
}
