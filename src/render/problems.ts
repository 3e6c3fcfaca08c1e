import { CofferError, type Problem } from '../errors.ts';
import type { Paint } from './paint.ts';
import { visible } from './visible.ts';

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

/** A finding as programs read it. */
export function flattenProblem({ message, hint, place }: Problem): object {
  return { ...place, message, hint };
}

/** The same for programs: in place of a report, or beside that of what was done all the same. */
export function renderErrorJson({ code, message, hint, problems, report }: CofferError): string {
  const error = { code, message, hint, problems: problems.map(flattenProblem) };
  return `${JSON.stringify({ version: 1, ...report, error })}\n`;
}

/** The system's own failures (a full disk, a missing right) are expected too. */
export function expected(error: unknown): CofferError | undefined {
  if (error instanceof CofferError) return error;
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return undefined;
  const { code, path } = error as NodeJS.ErrnoException;
  const what = SYSTEM_FAILURES[code ?? ''] ?? `failed (${code})`;
  const kind = code === 'ENOSPC' || code === 'EDQUOT' ? 'disk' : 'usage';
  return new CofferError(kind, `${path ?? 'a file'}: ${what}`, { cause: error });
}

const SYSTEM_FAILURES: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EDQUOT: 'the disk quota is used up',
  EEXIST: 'it exists already',
  EISDIR: 'it is a directory',
  EMFILE: 'too many open files',
  ENOENT: 'there is no such file or folder',
  ENOSPC: 'no space is left on the device',
  ENOTDIR: 'a part of the path is not a folder',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
};
