import pMap from 'p-map';
import { CofferError, type Problem } from '../../errors.ts';
import { decodeManifest, parseManifest } from '../../manifest/index.ts';
import type { Manifest } from '../../manifest/model.ts';
import { findFileProblems, namedFiles } from './named-files.ts';
import { FILE_RULES, RULES, WARNINGS } from './rules.ts';
import type { Snapshot, Source } from './snapshot.ts';

/** The problems found, in the order of the files. */
export interface Findings {
  /** How many manifests were checked. */
  files: number;
  problems: Problem[];
  warnings: Problem[];
}

/** Finds all problems that show without AWS. */
export async function checkManifests(snapshot: Snapshot): Promise<Findings> {
  const found = await pMap(snapshot.sources, (source) => check(source, snapshot), {
    concurrency: 8,
  });
  const looked = found.filter((findings) => findings !== undefined);
  return {
    files: looked.length,
    problems: looked.flatMap(({ problems }) => problems),
    warnings: [...snapshot.warnings, ...looked.flatMap(({ warnings }) => warnings)],
  };
}

/** @returns `undefined` for a manifest that is not affected */
async function check(
  found: Source,
  snapshot: Snapshot,
): Promise<Omit<Findings, 'files'> | undefined> {
  // A link's target names files relative to its own folder.
  const source = { ...found, path: await snapshot.follow(found.path) };
  const manifest = parse(source);
  const named = 'problems' in manifest ? [] : await namedFiles(manifest, source, snapshot);
  if (!snapshot.concerns([found.path, source.path, ...named])) return undefined;
  if ('problems' in manifest) return { problems: [...manifest.problems], warnings: [] };
  const problems = FILE_RULES.flatMap((find) => find(manifest));
  for (const parameter of manifest.parameters) {
    for (const rule of RULES) {
      const problem = rule(manifest, parameter);
      if (problem) problems.push(problem);
    }
    problems.push(...(await findFileProblems({ manifest, source, snapshot }, parameter)));
  }
  problems.sort((a, b) => (a.place?.line ?? 0) - (b.place?.line ?? 0));
  return { problems, warnings: WARNINGS.flatMap((find) => find(manifest)) };
}

function parse({ file, bytes }: Source): Manifest | Pick<CofferError, 'problems'> {
  try {
    return parseManifest(decodeManifest(bytes, file), file);
  } catch (error) {
    if (error instanceof CofferError && error.code === 'manifest') return error;
    throw error;
  }
}
