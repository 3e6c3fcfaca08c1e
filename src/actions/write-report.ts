import { pointerOf } from '../crypto/pointer.ts';
import { CofferError, type Place, type Problem } from '../errors.ts';
import { joinApplied, NOTHING, type Applied } from '../plan/apply.ts';
import type { Desired, Version } from '../stores/model.ts';
import { isWorthAnotherRun } from '../stores/patience.ts';

/** A problem for programs: its message, and its place if it has one. */
export interface ProblemReport extends Partial<Place> {
  message: string;
  /** How to fix it. */
  hint: string | undefined;
}

export function describeProblem({ message, hint, place }: Problem): ProblemReport {
  return { ...place, message, hint };
}

/** Names of parameters or objects by outcome. */
interface AppliedReport {
  done: string[];
  failed: { name: string; code: string; message: string }[];
  /** Not started. */
  left: string[];
}

function describeApplied({ done, failed, left }: Applied): AppliedReport {
  const failures = failed.map(({ name, error: { code, message } }) => ({ name, code, message }));
  return { done: done.toSorted(), failed: failures, left: left.toSorted() };
}

/** What was done in one region. */
export interface Regional {
  region: string;
  applied: Applied;
  /** The version of each parameter that now matches its manifest, by full name. */
  versions: ReadonlyMap<string, Version>;
  /** For those that are pointers: the SHA-256 of the object, by the full name of the parameter. */
  objects: ReadonlyMap<string, string>;
  /** Why the region could not be read, if nothing was done for that reason. */
  error?: CofferError | undefined;
}

/** The same for programs. */
export interface RegionReport extends AppliedReport {
  region: string;
  versions: Record<string, Version>;
  /** The SHA-256 of the object that a pointer names, by the full name of the parameter. */
  objects: Record<string, string>;
  error?: { code: string; message: string } | undefined;
}

/** What was written, in all regions and in each. */
export interface WriteReport extends AppliedReport {
  /**
   * The version of each parameter that now matches its manifest, by full name; where it is in
   * several regions, that of the first.
   */
  versions: Record<string, Version>;
  /** RFC 3339; every one of these versions was written before. */
  finishedAt: string;
  regions: RegionReport[];
}

/** Groups outcomes by region, in the order in which the regions occur. */
export function byRegion(outcomes: readonly Regional[]): Regional[] {
  const regions = new Map<string, Regional>();
  for (const { region, applied, versions, objects, error } of outcomes) {
    const there = regions.get(region);
    regions.set(region, {
      region,
      applied: there ? joinApplied(there.applied, applied) : applied,
      versions: new Map([...(there?.versions ?? []), ...versions]),
      objects: new Map([...(there?.objects ?? []), ...objects]),
      error: there?.error ?? error,
    });
  }
  return [...regions.values()];
}

/** The objects of those parameters that match their manifest. */
export function objectsOf(
  desired: readonly Desired[],
  versions: ReadonlyMap<string, Version>,
): Map<string, string> {
  return new Map(
    desired.flatMap((item) => {
      const pointer = versions.has(item.name) ? pointerOf(item) : undefined;
      return pointer ? [[item.name, pointer.sha256]] : [];
    }),
  );
}

export function describeRegions(regions: readonly Regional[], finishedAt: Date): WriteReport {
  const all = regions.map(({ applied }) => applied).reduce(joinApplied, NOTHING);
  const versions = new Map(regions.toReversed().flatMap((item) => [...item.versions]));
  return {
    ...describeApplied(all),
    versions: byName(versions),
    finishedAt: finishedAt.toISOString(),
    regions: regions.map(({ region, applied, versions: there, objects, error }) => ({
      region,
      ...describeApplied(applied),
      versions: byName(there),
      objects: byName(objects),
      ...(error && { error: { code: error.code, message: error.message } }),
    })),
  };
}

/** The outcome for people: with several regions, each name says its own. */
export function joinRegions(regions: readonly Regional[]): Applied {
  const say = (name: string, region: string) =>
    regions.length > 1 ? `${name} in ${region}` : name;
  return regions
    .map(({ region, applied: { done, failed, left } }) => ({
      done: done.map((name) => say(name, region)),
      failed: failed.map(({ name, error }) => ({ name: say(name, region), error })),
      left: left.map((name) => say(name, region)),
    }))
    .reduce(joinApplied, NOTHING);
}

/** Sorted. */
function byName<Value>(values: ReadonlyMap<string, Value>): Record<string, Value> {
  return Object.fromEntries([...values].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Returns the report of a run if every write succeeded.
 * @param howToFinish the hint, if another run would do more
 * @throws CofferError with the report otherwise: `partial`, or the first failure's code if nothing
 * was done
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
  for (const name of left) problems.push({ message: `${name}: not started` });
  const counts = `${done.length} done, ${failed.length} failed, ${left.length} not started`;
  const isWorthIt = left.length > 0 || failed.some(({ error }) => isWorthAnotherRun(error));
  const hint = isWorthIt ? howToFinish : undefined;
  const isPartial = done.length > 0 || left.length > 0;
  throw new CofferError(isPartial ? 'partial' : (failed[0]?.error.code ?? 'partial'), counts, {
    problems: [...problems, { message: counts, hint }],
    report,
  });
}
