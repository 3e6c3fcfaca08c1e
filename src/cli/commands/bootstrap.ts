import { LANGUAGES } from '../../access/code.ts';
import { bootstrap, bootstrapCode } from '../../actions/bootstrap.ts';
import { CofferError } from '../../errors.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { writeReport } from '../report.ts';
import { renderSteps } from '../terminal/steps.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { args, flags, json, terminal, tools } = context;
  const yes = flags.boolean('yes');
  const language = flags.choice('as', LANGUAGES);
  if (language !== undefined) {
    if (json || yes) {
      throw new CofferError('usage', '--as only prints: it cannot be used with --yes or --json');
    }
    await terminal.write(await bootstrapCode(tools, args, language));
    return EXIT.ok;
  }
  const report = await bootstrap(tools, args, {
    yes,
    onPlan: (steps) => terminal.show(renderSteps(steps).trimEnd()),
  });
  await writeReport(context, report);
  return EXIT.ok;
}
