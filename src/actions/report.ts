import { CofferError, type Place, type Problem } from '../errors.ts';
import type { Applied } from '../plan/apply.ts';
import { isWorthAnotherRun } from '../stores/patience.ts';

/** A problem for programs: its message, and its place if it has one. */
export interface ProblemReport extends Partial<Place> {
  message: string;
  /** How to fix it. */
  hint: string | undefined;
}

export function describeProblem({ message, hint, place }: Problem): ProblemReport {
  return { ...place, message, hint };
}

/** Names of parameters or objects by outcome. */
export interface AppliedReport {
  done: string[];
  failed: { name: string; code: string; message: string }[];
  /** Not started. */
  left: string[];
}

export function describeApplied({ done, failed, left }: Applied): AppliedReport {
  const failures = failed.map(({ name, error: { code, message } }) => ({ name, code, message }));
  return { done: done.toSorted(), failed: failures, left: left.toSorted() };
}

/** The version of each parameter, by full name, sorted. */
export function describeVersions(versions: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...versions].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Returns the report of a run if every write succeeded.
 * @param howToFinish the hint, if another run would do more
 * @throws CofferError with the report otherwise: `partial`, or the first failure's code if nothing
 * was done
 */
export function finish<Report extends object>(
  { done, failed, left }: Applied,
  report: Report,
  howToFinish: string,
): Report {
  if (failed.length === 0 && left.length === 0) return report;
  const problems: Problem[] = failed.map(({ name, error }) => ({
    message: `${name}: ${error.message}`,
    hint: error.hint,
  }));
  for (const name of left) problems.push({ message: `${name}: not started` });
  const counts = `${done.length} done, ${failed.length} failed, ${left.length} not started`;
  const isWorthIt = left.length > 0 || failed.some(({ error }) => isWorthAnotherRun(error));
  const hint = isWorthIt ? howToFinish : undefined;
  const isPartial = done.length > 0 || left.length > 0;
  throw new CofferError(isPartial ? 'partial' : (failed[0]?.error.code ?? 'partial'), counts, {
    problems: [...problems, { message: counts, hint }],
    report,
  });
}
