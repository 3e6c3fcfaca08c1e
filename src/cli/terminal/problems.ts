import { describeProblem } from '../../actions/write-report.ts';
import { CofferError, type Problem } from '../../errors.ts';
import { explainSystemError } from '../../files/errors.ts';
import type { Paint } from './paint.ts';
import { visible } from '../../formats/visible.ts';

/** Problems for people and editors: `file:line:column: error: what`, then how to fix it. */
export function renderError(error: CofferError, paint: Paint): string {
  return error.problems.map((problem) => renderProblem('error', problem, paint)).join('');
}

export function renderWarning(problem: Problem, paint: Paint): string {
  return renderProblem('warning', problem, paint);
}

export function renderProblem(kind: 'error' | 'warning', problem: Problem, paint: Paint): string {
  const { message, hint, place } = problem;
  // File names and AWS messages may contain any characters.
  const where = place
    ? `${paint.bold(`${visible(place.file)}:${place.line}:${place.column}:`)} `
    : 'coffer: ';
  const label = kind === 'error' ? paint.red('error:') : paint.yellow('warning:');
  const fix = hint ? `  ${paint.dim('hint:')} ${visible(hint)}\n` : '';
  return `${where}${label} ${visible(message)}\n${fix}`;
}

/** The same for programs: instead of a report, or together with a partial one. */
export function renderErrorJson({ code, message, hint, problems, report }: CofferError): string {
  const error = { code, message, hint, problems: problems.map(describeProblem) };
  return `${JSON.stringify({ version: 1, ...report, error })}\n`;
}

/** Turns expected failures, including system errors (a full disk, a missing right), into errors. */
export function expected(error: unknown): CofferError | undefined {
  return error instanceof CofferError ? error : explainSystemError(error);
}
