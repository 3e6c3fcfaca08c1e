import { deleteOne, type DeletePlan } from '../../actions/delete.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { writeReports } from '../report.ts';
import { renderPlanText } from '../terminal/plan-text.ts';
import { editAndSyncOptions } from './edit-and-sync.ts';
import { renderNukePlan } from './nuke.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { args, flags, terminal, tools } = context;
  const [file = '', name = ''] = args;
  const onPlan = (plan: DeletePlan) => {
    if ('deleted' in plan) {
      for (const line of plan.deleted.flatMap(renderNukePlan)) terminal.note(line);
    } else {
      terminal.show(
        renderPlanText(plan.written, { paint: terminal.paint, reveal: false }).trimEnd(),
      );
    }
  };
  const options = { ...editAndSyncOptions(flags), onPlan };
  await writeReports(context, [await deleteOne(tools, file, name, options)]);
  return EXIT.ok;
}
