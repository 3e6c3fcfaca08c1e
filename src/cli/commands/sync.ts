import { describePlans } from '../../actions/plan-report.ts';
import { sync } from '../../actions/sync.ts';
import type { Plan } from '../../plan/model.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { compareOptions } from '../options.ts';
import { renderReport, writeReport } from '../report.ts';
import { renderPlanText } from '../terminal/plan-text.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { args, flags, json, terminal, tools } = context;
  const reveal = flags.boolean('reveal');
  const dryRun = flags.boolean('dryRun');
  let plans: readonly Plan[] = [];
  const report = await sync(tools, args, {
    ...compareOptions(flags),
    yes: flags.boolean('yes'),
    replace: flags.boolean('replace'),
    dryRun,
    onPlan(made) {
      plans = made;
      terminal.show(renderPlanText(plans, { paint: terminal.paint, reveal }).trimEnd());
    },
  });
  if (!dryRun) await writeReport(context, report);
  else if (json) await terminal.write(renderReport(describePlans(plans, reveal)));
  return EXIT.ok;
}
