import { CofferError, type Problem } from '../errors.ts';
import type { Applied } from '../plan/apply.ts';
import { isWorthAnotherRun } from '../plan/patience.ts';
import { EXIT, type Context, type ExitCode } from './context.ts';

/**
 * Tells how a run of writes ended, in JSON when that was asked for.
 * @param howToFinish said where another run would do more
 * @throws CofferError when not all of it was done: `partial`, or what it failed of when nothing was.
 */
export async function reportApplied(
  context: Context,
  applied: Applied,
  howToFinish: string,
  report: object = describeApplied(applied),
): Promise<ExitCode> {
  const { done, failed, left } = applied;
  if (failed.length === 0 && left.length === 0) {
    await writeReport(context, report);
    return EXIT.ok;
  }
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

/** Names by what became of them. */
export function describeApplied({ done, failed, left }: Applied): object {
  const failures = failed.map(({ name, error: { code, message } }) => ({ name, code, message }));
  return { done: done.toSorted(), failed: failures, left: left.toSorted() };
}

/** Answers with one report a manifest, when JSON was asked for. */
export function writeReports(context: Context, manifests: readonly object[]): Promise<void> {
  return writeReport(context, { manifests });
}

/** Answers in JSON, when that was asked for. */
export async function writeReport({ json, terminal }: Context, report: object): Promise<void> {
  if (json) await terminal.write(`${JSON.stringify({ version: 1, ...report })}\n`);
}
