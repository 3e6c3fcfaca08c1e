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
  /** Applies the plan; without it nothing changes. */
  yes?: boolean | undefined;
  /** Receives the plan before anything changes. */
  onPlan?: ((steps: readonly Step[]) => void) | undefined;
}

export interface BootstrapReport {
  /** The plan, or its outcome. */
  steps: Omit<Step, 'apply'>[];
}

/**
 * Creates the keys and buckets that manifests need, and makes them safe.
 * @throws CofferError with the report if some of it failed
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
    await aws.requireAccount();
    steps = await applySteps(steps, host.onStop());
    host.note(`${countDone(steps)} done`);
  } else host.note('nothing changed; --yes applies the lines marked + and ~');
  return reportOf(steps);
}

/** Returns the same as Terraform or CloudFormation code. Makes no network calls. */
export async function bootstrapCode(
  tools: Pick<Tools, 'aws' | 'region' | 'fileKey'>,
  files: readonly string[],
  language: Language,
): Promise<string> {
  return renderCode(needsOf(await readManifests(tools, files), tools.fileKey), language);
}

/**
 * Applies steps in order, because later ones depend on earlier ones; stops at the first failure.
 */
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
