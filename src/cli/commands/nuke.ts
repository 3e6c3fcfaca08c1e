import { nuke, type NukePlan } from '../../actions/nuke.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { storeOptions } from '../options.ts';
import { writeReports } from '../report.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { args, flags, terminal, tools } = context;
  const reports = await nuke(tools, args, {
    ...storeOptions(flags),
    yes: flags.boolean('yes'),
    dryRun: flags.boolean('dryRun'),
    keepObjects: flags.boolean('keepObjects'),
    onPlan(plans) {
      for (const line of plans.flatMap(renderNukePlan)) terminal.note(line);
    },
  });
  await writeReports(context, reports);
  return EXIT.ok;
}

export function renderNukePlan({
  file,
  region,
  deletion,
  parameters,
  objects,
}: NukePlan): string[] {
  const names = [...parameters, ...objects].map((name) => `  ${name}`);
  const way = deletion === 'for good' ? '' : ` (${deletion})`;
  return [`${file}: will be deleted in ${region}${way}:`, ...names];
}
