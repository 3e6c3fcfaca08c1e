import { NOTHING, type Applied } from '../../plan/apply.ts';
import { entriesOf } from '../../manifest/entries.ts';
import type { Change, Version } from '../../stores/model.ts';
import {
  byRegion,
  describeRegions,
  objectsOf,
  type Regional,
  type RegionReport,
  type WriteReport,
} from '../write-report.ts';
import type { Unread } from '../states.ts';
import type { Target } from '../targets.ts';

export interface SyncReport extends WriteReport {
  /** Those of `done` that were deleted. */
  deleted: string[];
  regions: (RegionReport & { deleted: string[] })[];
}

/** One manifest in one region, its plan, and what was done. */
export interface Work {
  target: Target;
  /** The changes left to do. */
  changes: readonly Change[];
  applied: Applied;
  /** The version of each parameter that matches its manifest, by full name. */
  versions: Map<string, Version>;
}

export function toWork(target: Target): Work {
  const versions = new Map(
    target.plan.changes.flatMap(({ action, name, actual }) =>
      action === 'unchanged' && actual ? [[name, actual.version]] : [],
    ),
  );
  return { target, changes: target.plan.changes, applied: NOTHING, versions };
}

export function regionOf({ target }: Work): string {
  return target.manifest.region;
}

/** What was done in each region; what is closed, and what a region lacks, is left. */
export function outcomesOf(work: readonly Work[], unread: readonly Unread[]): Regional[] {
  return byRegion([
    ...work.map((item) => {
      const { changes } = item.target.plan;
      const closed = changes.filter(({ action }) => action === 'closed');
      const left = [...item.applied.left, ...closed.map(({ name }) => name)];
      return outcomeOf({ ...item, applied: { ...item.applied, left } });
    }),
    ...unread.map(({ manifest, error }) => {
      const left = entriesOf(manifest).map(({ name }) => name);
      const applied = { ...NOTHING, left };
      return { region: manifest.region, applied, versions: new Map(), objects: new Map(), error };
    }),
  ]);
}

function outcomeOf({ target: { manifest, plan }, applied, versions }: Work): Regional {
  const desired = plan.changes.flatMap((change) => change.desired ?? []);
  return { region: manifest.region, applied, versions, objects: objectsOf(desired, versions) };
}

/** @param outcomes by default, nothing was done */
export function reportOf(
  work: readonly Work[],
  outcomes: readonly Regional[] = byRegion(work.map(outcomeOf)),
): SyncReport {
  const { regions, ...report } = describeRegions(outcomes, new Date());
  const deletedIn = ({ region, done }: RegionReport): string[] => {
    const there = work.filter((item) => regionOf(item) === region);
    const deletes = there
      .flatMap(({ target }) => target.plan.changes)
      .filter(({ action }) => action === 'delete');
    return done.filter((name) => deletes.some((change) => change.name === name));
  };
  const withDeleted = regions.map((item) => ({ ...item, deleted: deletedIn(item) }));
  const deleted = withDeleted.flatMap((item) => item.deleted).toSorted();
  return { ...report, deleted, regions: withDeleted };
}
