import { needsOf } from '../access/bootstrap/needs.ts';
import { planBootstrap } from '../access/bootstrap/plan.ts';
import { applyStep, type Step } from '../access/bootstrap/step.ts';
import { renderCode, type Language } from '../access/code.ts';
import { CofferError } from '../errors.ts';
import { isWorthAnotherRun, PATIENT } from '../stores/patience.ts';
import { stopIfAborted } from '../host.ts';
import { readManifests } from './manifests.ts';
import type { Tools } from './tools.ts';

export interface BootstrapOptions {
  /** Whether to do what the plan says; nothing is changed unless this is set. */
  yes?: boolean | undefined;
  /** Is given the plan before anything is changed. */
  onPlan?: ((steps: readonly Step[]) => void) | undefined;
}

export interface BootstrapReport {
  /** The plan, or what became of it. */
  steps: Omit<Step, 'apply'>[];
}

/**
 * Makes the keys and buckets that manifests need, and makes them safe.
 * @throws CofferError with the report when not all of it was done
 */
export async function bootstrap(
  tools: Tools,
  files: readonly string[],
  { yes = false, onPlan }: BootstrapOptions = {},
): Promise<BootstrapReport> {
  const { aws, fileKey, host } = tools;
  const needs = needsOf(await readManifests(tools, files), fileKey);
  let steps = await planBootstrap(needs, aws, PATIENT);
  onPlan?.(steps);
  if (steps.every(({ apply }) => !apply)) host.note('nothing to do');
  else if (yes) {
    steps = await applySteps(steps, host.onStop());
    host.note(`${countDone(steps)} done`);
  } else host.note('nothing was changed; --yes does what is marked + and ~');
  return reportOf(steps);
}

/** The same as code for Terraform or CloudFormation. Calls nobody. */
export async function bootstrapCode(
  tools: Pick<Tools, 'region' | 'fileKey'>,
  files: readonly string[],
  language: Language,
): Promise<string> {
  return renderCode(needsOf(await readManifests(tools, files), tools.fileKey), language);
}

/** One after the other, as each needs those before it; the first that fails ends it. */
async function applySteps(
  planned: readonly Step[],
  signal: AbortSignal | undefined,
): Promise<Step[]> {
  const steps = [...planned];
  try {
    for (const [index, step] of steps.entries()) {
      if (step.apply) stopIfAborted(signal);
      steps[index] = await applyStep(step);
    }
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

function reportOf(steps: readonly Step[]): BootstrapReport {
  return {
    steps: steps.map(({ what, name, region, state, why }) => ({ what, name, region, state, why })),
  };
}
