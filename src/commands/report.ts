import { CofferError, type Problem } from '../errors.ts';
import type { Applied } from '../plan/apply.ts';
import { EXIT, type Context, type ExitCode } from './context.ts';

/**
 * Tells how a run of writes ended, in JSON when that was asked for.
 * @throws CofferError when not all of it was done: `partial`, or what it failed of when nothing was.
 */
export async function reportApplied(
  context: Context,
  { done, failed, left }: Applied,
  howToFinish: string,
): Promise<ExitCode> {
  if (context.json) {
    const failures = failed.map(({ name, error }) => ({
      name,
      code: error.code,
      message: error.message,
    }));
    await context.terminal.write(
      `${JSON.stringify({ version: 1, done: done.toSorted(), failed: failures, left: left.toSorted() })}\n`,
    );
  }
  if (failed.length === 0 && left.length === 0) return EXIT.ok;
  const problems: Problem[] = failed.map(({ name, error }) => ({
    message: `${name}: ${error.message}`,
    hint: error.hint,
  }));
  for (const name of left) problems.push({ message: `${name}: not begun` });
  const counts = `${done.length} done, ${failed.length} failed, ${left.length} not begun`;
  const isPartial = done.length > 0 || left.length > 0;
  throw new CofferError(isPartial ? 'partial' : (failed[0]?.error.code ?? 'partial'), counts, {
    problems: [...problems, { message: counts, hint: howToFinish }],
  });
}

/** Answers with one report a manifest, when JSON was asked for. */
export async function writeReports(context: Context, manifests: readonly object[]): Promise<void> {
  if (!context.json) return;
  await context.terminal.write(`${JSON.stringify({ version: 1, manifests })}\n`);
}
