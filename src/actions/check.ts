import { CofferError } from '../errors.ts';
import { countOf } from '../formats/count.ts';
import { checkManifests, type Findings } from '../repo/check/check.ts';
import { openIndex } from '../repo/check/git-index.ts';
import { openWorkTree } from '../repo/check/work-tree.ts';
import { describeProblem, type ProblemReport } from './report.ts';

export interface CheckOptions {
  /** Whether to check what git would commit, instead of the files as they are. */
  staged?: boolean | undefined;
}

/** For programs. */
export interface CheckReport {
  /** How many manifests were looked at. */
  files: number;
  problems: ProblemReport[];
  warnings: ProblemReport[];
}

/**
 * Finds what is wrong with manifests, without AWS.
 * @param folder where relative paths begin
 * @param files manifests; with none, all that are in the repository of `folder`
 */
export async function check(
  folder: string,
  files: readonly string[],
  { staged = false }: CheckOptions = {},
): Promise<Findings> {
  if (staged && files.length > 0) {
    throw new CofferError('usage', '--staged looks at all that is staged', {
      hint: 'leave the files out',
    });
  }
  const snapshot = await (staged ? openIndex(folder) : openWorkTree(files, folder));
  return checkManifests(snapshot).finally(snapshot.close);
}

/** The same for programs. */
export async function reportCheck(
  _: unknown,
  files: readonly string[],
  { folder = '.', ...options }: CheckOptions & { folder?: string | undefined } = {},
): Promise<CheckReport> {
  return describeFindings(await check(folder, files, options));
}

export function describeFindings({ files, problems, warnings }: Findings): CheckReport {
  return {
    files,
    problems: problems.map(describeProblem),
    warnings: warnings.map(describeProblem),
  };
}

/** `3 manifests, no problems`. */
export function summarizeFindings(
  { files, problems, warnings }: Findings,
  { staged = false }: CheckOptions = {},
): string {
  const manifests = count(files, staged ? 'staged manifest' : 'manifest');
  const parts = [manifests, count(problems.length, 'problem')];
  if (warnings.length > 0) parts.push(count(warnings.length, 'warning'));
  return parts.join(', ');
}

function count(number: number, what: string): string {
  return number === 0 ? `no ${what}s` : countOf(number, what);
}
