import pMap from 'p-map';
import { isFailure, type CofferError, type Problem } from '../../errors.ts';
import { decodeManifest, parseManifest } from '../../manifest/index.ts';
import type { Manifest } from '../../manifest/model.ts';
import { findAges } from './ages.ts';
import { findFileProblems, namedFiles } from './named-files.ts';
import { FILE_RULES, RULES, WARNINGS } from './rules.ts';
import { findShared } from './shared.ts';
import type { Snapshot, Source } from './snapshot.ts';

/** The problems found, in the order of the files. */
export interface Findings {
  /** How many manifests were checked. */
  files: number;
  problems: Problem[];
  warnings: Problem[];
}

/** How to judge what time alone changes. */
export interface Judging {
  /** Such as `2026-11-27`. */
  today: string;
  /** Whether a secret past its max_age is a problem, and not only worth a warning. */
  overdue: boolean;
}

/** Finds all problems that show without AWS. */
export async function checkManifests(snapshot: Snapshot, judging: Judging): Promise<Findings> {
  const found = await pMap(snapshot.sources, (source) => check(source, snapshot, judging), {
    concurrency: 8,
  });
  const looked = found.filter(({ findings }) => findings !== undefined);
  // Those that are only looked at come first, so that what they share is told of the others.
  const others = found.filter(({ findings }) => findings === undefined);
  const shared = findShared([...others, ...looked].flatMap(({ manifest }) => manifest ?? []));
  const sharedBy = ({ manifest }: Checked) => manifest && shared.get(manifest);
  return {
    files: looked.length,
    problems: looked.flatMap((one) => [
      ...(one.findings?.problems ?? []),
      ...(sharedBy(one)?.problems ?? []),
    ]),
    warnings: [
      ...snapshot.warnings,
      ...looked.flatMap((one) => [
        ...(one.findings?.warnings ?? []),
        ...(sharedBy(one)?.warnings ?? []),
      ]),
    ],
  };
}

interface Checked {
  /** Absent if it cannot be read. */
  manifest?: Manifest | undefined;
  /** Absent for a manifest that is not affected. */
  findings?: Omit<Findings, 'files'> | undefined;
}

async function check(
  found: Source,
  snapshot: Snapshot,
  { today, overdue }: Judging,
): Promise<Checked> {
  // A link's target names files relative to its own folder.
  const source = { ...found, path: await snapshot.follow(found.path) };
  const manifest = parse(source);
  const named = 'problems' in manifest ? [] : await namedFiles(manifest, source, snapshot);
  const isAffected = snapshot.concerns([found.path, source.path, ...named]);
  if ('problems' in manifest) {
    return isAffected ? { findings: { problems: [...manifest.problems], warnings: [] } } : {};
  }
  if (!isAffected) return { manifest };
  const problems = FILE_RULES.flatMap((find) => find(manifest));
  for (const parameter of manifest.parameters) {
    for (const rule of RULES) {
      const problem = rule(manifest, parameter);
      if (problem) problems.push(problem);
    }
    problems.push(...(await findFileProblems({ manifest, source, snapshot }, parameter)));
  }
  const ages = findAges(manifest, today);
  problems.push(...ages.wrong, ...(overdue ? ages.overdue : []));
  problems.sort((a, b) => (a.place?.line ?? 0) - (b.place?.line ?? 0));
  const warnings = WARNINGS.flatMap((find) => find(manifest));
  return {
    manifest,
    findings: { problems, warnings: overdue ? warnings : [...warnings, ...ages.overdue] },
  };
}

function parse({ file, bytes }: Source): Manifest | Pick<CofferError, 'problems'> {
  try {
    return parseManifest(decodeManifest(bytes, file), file);
  } catch (error) {
    if (isFailure(error, 'manifest')) return error;
    throw error;
  }
}
