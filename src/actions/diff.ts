import type { Plan } from '../plan/model.ts';
import type { Change } from '../stores/model.ts';
import { describePlans, type PlanReport } from './plan-report.ts';
import { planTargets, type CompareOptions } from './targets.ts';
import type { Tools } from './tools.ts';

/** Compares AWS with manifests: what `sync` with the same options would do. Writes nothing. */
export async function diff(
  tools: Tools,
  files: readonly string[],
  options: CompareOptions = {},
): Promise<Plan[]> {
  return (await planTargets(tools, files, options)).map(({ plan }) => plan);
}

/** Returns the report for programs; masks secrets unless `reveal` is set. */
export async function reportDiff(
  tools: Tools,
  files: readonly string[],
  { reveal = false, ...options }: CompareOptions & { reveal?: boolean | undefined } = {},
): Promise<PlanReport> {
  return describePlans(await diff(tools, files, options), reveal);
}

export function isDifferent(plans: readonly Plan[]): boolean {
  return plans.some(({ changes }) => changes.some(differs));
}

/**
 * A closed parameter counts as far as it could be compared, and one that another manifest publishes
 * does not count.
 */
function differs({ action, actual, differences, owner }: Change): boolean {
  if (owner !== undefined) return false;
  return action === 'closed' ? !actual || differences.length > 0 : action !== 'unchanged';
}
