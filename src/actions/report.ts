import { CofferError, type Place, type Problem } from '../errors.ts';
import type { Applied } from '../plan/apply.ts';
import { isWorthAnotherRun } from '../stores/patience.ts';

/** A finding as programs read it: its place, if it has one, beside what it says. */
export interface ProblemReport extends Partial<Place> {
  message: string;
  /** How to mend it. */
  hint: string | undefined;
}

export function describeProblem({ message, hint, place }: Problem): ProblemReport {
  return { ...place, message, hint };
}

/** Names of parameters or objects by what became of them. */
export interface AppliedReport {
  done: string[];
  failed: { name: string; code: string; message: string }[];
  /** Not begun. */
  left: string[];
}

export function describeApplied({ done, failed, left }: Applied): AppliedReport {
  const failures = failed.map(({ name, error: { code, message } }) => ({ name, code, message }));
  return { done: done.toSorted(), failed: failures, left: left.toSorted() };
}

/** The version of each parameter, by full name, in order. */
export function describeVersions(versions: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...versions].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * The report of a run of writes of which all was done.
 * @param howToFinish said where another run would do more
 * @throws CofferError with the report when it was not: `partial`, or what it failed of when nothing
 * was done.
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
  for (const name of left) problems.push({ message: `${name}: not begun` });
  const counts = `${done.length} done, ${failed.length} failed, ${left.length} not begun`;
  const isWorthIt = left.length > 0 || failed.some(({ error }) => isWorthAnotherRun(error));
  const hint = isWorthIt ? howToFinish : undefined;
  const isPartial = done.length > 0 || left.length > 0;
  throw new CofferError(isPartial ? 'partial' : (failed[0]?.error.code ?? 'partial'), counts, {
    problems: [...problems, { message: counts, hint }],
    report,
  });
}
