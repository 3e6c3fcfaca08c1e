import { needsOf, type Needs } from '../../access/bootstrap/needs.ts';
import { planBootstrap } from '../../access/bootstrap/plan.ts';
import { applyStep, type Step } from '../../access/bootstrap/step.ts';
import { CofferError } from '../../errors.ts';
import { isWorthAnotherRun, PATIENT } from '../../plan/patience.ts';
import { renderCloudFormation } from '../../access/cloudformation.ts';
import { renderSteps } from '../terminal/steps.ts';
import { renderTerraform } from '../../access/terraform.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { readManifests } from '../../actions/manifests.ts';
import { writeReport } from '../report.ts';
import { LANGUAGES } from '../specs/rights.ts';

const RENDERERS: Readonly<Record<(typeof LANGUAGES)[number], (needs: Needs) => string>> = {
  terraform: renderTerraform,
  cloudformation: renderCloudFormation,
};

export async function run(context: Context): Promise<ExitCode> {
  const { flags, terminal } = context;
  const needs = needsOf(await readManifests(context, context.args), context.fileKey);
  const language = flags.choice('as', LANGUAGES);
  if (language !== undefined) {
    if (context.json || flags.boolean('yes')) {
      throw new CofferError('usage', '--as only prints, and takes neither --yes nor --json');
    }
    await terminal.write(RENDERERS[language](needs));
    return EXIT.ok;
  }
  let steps = await planBootstrap(needs, context.aws, PATIENT);
  terminal.note(renderSteps(steps).trimEnd());
  if (steps.every(({ apply }) => !apply)) terminal.note('nothing to do');
  else if (flags.boolean('yes')) {
    steps = await applySteps(steps);
    terminal.note(`${countDone(steps)} done`);
  } else terminal.note('nothing was changed; --yes does what is marked + and ~');
  await writeReport(context, reportOf(steps));
  return EXIT.ok;
}

/** One after the other, as each needs those before it; the first that fails ends it. */
async function applySteps(planned: readonly Step[]): Promise<Step[]> {
  const steps = [...planned];
  try {
    for (const [index, step] of steps.entries()) steps[index] = await applyStep(step);
  } catch (error) {
    if (!(error instanceof CofferError) || countDone(steps) === 0) throw error;
    const left = steps.filter(({ apply }) => apply).length;
    const message = `${countDone(steps)} done, ${left} left`;
    const hint = isWorthAnotherRun(error) ? 'run coffer bootstrap again for the rest' : undefined;
    throw new CofferError('partial', message, {
      cause: error,
      problems: [...error.problems, { message, hint }],
      report: reportOf(steps),
    });
  }
  return steps;
}

function countDone(steps: readonly Step[]): number {
  return steps.filter(({ state }) => state === 'done').length;
}

function reportOf(steps: readonly Step[]): object {
  return {
    steps: steps.map(({ what, name, region, state, why }) => ({ what, name, region, state, why })),
  };
}
