import { CofferError } from '../errors.ts';
import { countOf } from '../formats/count.ts';
import { dayOf } from '../manifest/age.ts';
import { checkManifests, type Findings } from '../repo/check/check.ts';
import { openIndex } from '../repo/check/git-index.ts';
import { openWorkTree } from '../repo/check/work-tree.ts';
import { describeProblem, type ProblemReport } from './write-report.ts';
import type { Tools } from './tools.ts';

export interface CheckOptions {
  /** Checks what git would commit, not the files on disk. */
  staged?: boolean | undefined;
  /** Whether a secret past its max_age is a problem. Default: a warning. */
  overdue?: boolean | undefined;
  /** By default now. */
  time?: Date | undefined;
  /** Absolute paths that manifests may name although they are outside of the repository. */
  allowedFiles?: readonly string[] | undefined;
  /** Reads what `-` stands for among the files. */
  input?: Tools['input'];
}

/** The report for programs. */
export interface CheckReport {
  /** How many manifests were checked. */
  files: number;
  problems: ProblemReport[];
  warnings: ProblemReport[];
}

/**
 * Finds problems in manifests, without AWS.
 * @param folder the base of relative paths
 * @param files manifests; if empty, all manifests in the repository of `folder`
 */
export async function check(
  folder: string,
  files: readonly string[],
  { staged = false, overdue = false, time = new Date(), allowedFiles, input }: CheckOptions = {},
): Promise<Findings> {
  if (staged && files.length > 0) {
    throw new CofferError('usage', '--staged checks everything that is staged', {
      hint: 'run it without file names',
    });
  }
  const snapshot = await (staged
    ? openIndex(folder, allowedFiles)
    : openWorkTree(files, folder, allowedFiles, input));
  return checkManifests(snapshot, { today: dayOf(time), overdue }).finally(snapshot.close);
}

/** Returns the report for programs. */
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
