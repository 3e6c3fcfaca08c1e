import { describeProblem } from '../../actions/report.ts';
import { CofferError, type Problem } from '../../errors.ts';
import { explainSystemError } from '../../files/errors.ts';
import type { Paint } from './paint.ts';
import { visible } from '../../formats/visible.ts';

/** Findings as people and editors read them: `file:line:column: error: what`, then how to mend it. */
export function renderError(error: CofferError, paint: Paint): string {
  return error.problems.map((problem) => renderProblem('error', problem, paint)).join('');
}

export function renderWarning(problem: Problem, paint: Paint): string {
  return renderProblem('warning', problem, paint);
}

export function renderProblem(kind: 'error' | 'warning', problem: Problem, paint: Paint): string {
  const { message, hint, place } = problem;
  // Names of files and what AWS says may hold anything.
  const where = place
    ? `${paint.bold(`${visible(place.file)}:${place.line}:${place.column}:`)} `
    : 'coffer: ';
  const label = kind === 'error' ? paint.red('error:') : paint.yellow('warning:');
  const mend = hint ? `  ${paint.dim('hint:')} ${visible(hint)}\n` : '';
  return `${where}${label} ${visible(message)}\n${mend}`;
}

/** The same for programs: in place of a report, or beside that of what was done all the same. */
export function renderErrorJson({ code, message, hint, problems, report }: CofferError): string {
  const error = { code, message, hint, problems: problems.map(describeProblem) };
  return `${JSON.stringify({ version: 1, ...report, error })}\n`;
}

/** An expected failure, among them the system's own (a full disk, a missing right). */
export function expected(error: unknown): CofferError | undefined {
  return error instanceof CofferError ? error : explainSystemError(error);
}
