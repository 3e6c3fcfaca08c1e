import { formatPointer, objectKey } from '../crypto/pointer.ts';
import { countOf } from '../formats/count.ts';
import { entriesOf } from '../manifest/entries.ts';
import type { Manifest } from '../manifest/model.ts';
import { inEachRegion, labelOf } from '../manifest/regions.ts';
import { joinApplied, NOTHING, type Applied } from '../plan/apply.ts';
import { deleteObjects, deleteParameters } from './deleting.ts';
import { readManifests } from './manifests.ts';
import { byRegion, finish, joinRegions, type Regional } from './write-report.ts';
import { storeFor, storeKindOf, type StoreOptions } from './stores.ts';
import type { Tools } from './tools.ts';

export interface NukeOptions extends Pick<StoreOptions, 'recoveryDays' | 'forceDelete'> {
  /** Goes ahead without asking the host. */
  yes?: boolean | undefined;
  /** Only says what it would delete. */
  dryRun?: boolean | undefined;
  /** Deletes only these parameters: names in the manifest. */
  only?: readonly string[] | undefined;
  /** Keeps the objects in S3. */
  keepObjects?: boolean | undefined;
  /** Receives the plan before anything is asked or deleted. */
  onPlan?: ((plans: readonly NukePlan[]) => void) | undefined;
}

/** What nuke deletes for one manifest in one region. */
export interface NukePlan {
  file: string;
  region: string;
  /** What becomes of it, such as `for good`. */
  deletion: string;
  /** Full names of parameters, or names of secrets. */
  parameters: string[];
  /** URLs of objects. */
  objects: string[];
}

/** What was deleted for one manifest in one region; with `dryRun`, what would be. */
export interface NukeReport {
  file: string;
  region: string;
  /** Full names of parameters. */
  deleted: string[];
  /** Full names of parameters that did not exist. */
  missing: string[];
  /** Keys in the bucket, to which the deleted parameters pointed. */
  objects: string[];
}

interface Target {
  manifest: Manifest;
  names: string[];
  deletion: string;
  bucket: string;
  /** Each with the name of the parameter that points to it. */
  objects: { name: string; key: string }[];
}

/**
 * Deletes the parameters of manifests and the objects of their blobs in all of their regions; keeps
 * the manifests.
 * @throws CofferError `declined`, or with `manifests`, the reports, if some of it failed
 */
export async function nuke(
  tools: Tools,
  files: readonly string[],
  options: NukeOptions = {},
): Promise<NukeReport[]> {
  const { host } = tools;
  const { keepObjects = false, only } = options;
  const manifests = (await readManifests(tools, files)).map((manifest) =>
    only ? onlyOf(manifest, only) : manifest,
  );
  const targets = await Promise.all(
    manifests.flatMap(inEachRegion).map(async (manifest) => {
      const { deletion } = await storeFor(tools, manifest, options);
      return toTarget(manifest, deletion, keepObjects);
    }),
  );
  options.onPlan?.(targets.map(toPlan));
  if (options.dryRun) return targets.map(foresee);
  await tools.aws.requireAccount();
  if (!options.yes) await host.confirm(questionOf(targets));

  const signal = host.onStop();
  const reports: NukeReport[] = [];
  const outcomes: Regional[] = [];
  for (const target of targets) {
    const { applied, report } = await deleteTarget(tools, target, { ...options, signal });
    reports.push(report);
    outcomes.push({ region: report.region, applied, versions: new Map(), objects: new Map() });
  }
  const all = joinRegions(byRegion(outcomes));
  const again = only ? 'run the same command again' : 'run coffer nuke again to delete the rest';
  finish(all, { manifests: reports }, again);
  return reports;
}

function onlyOf(manifest: Manifest, names: readonly string[]): Manifest {
  const parameters = manifest.parameters.filter(({ name }) => names.includes(name));
  return { ...manifest, parameters };
}

function toTarget(manifest: Manifest, deletion: string, keepObjects: boolean): Target {
  const { bucket = '' } = manifest;
  const { hasObjects } = storeKindOf(manifest);
  const objects = manifest.parameters.flatMap(({ fullName, content, extension }) =>
    content.kind === 'blob' && bucket !== '' && hasObjects && !keepObjects
      ? [{ name: fullName, key: objectKey(fullName, content.blob.sha256, extension) }]
      : [],
  );
  const names = entriesOf(manifest).map(({ name }) => name);
  return { manifest, names, deletion, bucket, objects };
}

function toPlan({ manifest, names, deletion, bucket, objects }: Target): NukePlan {
  const { file, region } = manifest;
  const urls = objects.map(({ key }) => formatPointer({ bucket, key }));
  return { file, region, deletion, parameters: names, objects: urls };
}

/** Reads nothing from AWS, so it does not know what is missing there. */
function foresee({ manifest: { file, region }, names, objects }: Target): NukeReport {
  return { file, region, deleted: names, missing: [], objects: objects.map(({ key }) => key) };
}

function questionOf(targets: readonly Target[]): string {
  const names = targets.flatMap((target) => target.names);
  const objects = targets.flatMap((target) => target.objects);
  const regions = [...new Set(targets.map(({ manifest }) => manifest.region))];
  const where = regions.length > 1 ? ` in ${regions.join(' and ')}` : '';
  const both = [
    countOf(names.length, 'parameter'),
    ...(objects.length > 0 ? [countOf(objects.length, 'object')] : []),
  ].join(' and ');
  const ways = new Set(targets.map(({ deletion }) => deletion));
  const [way = '', ...more] = ways;
  const how = more.length > 0 ? '' : way === 'for good' ? ' for good' : ` (${way})`;
  return `Delete ${both}${where}${how}?`;
}

async function deleteTarget(
  tools: Tools,
  { manifest, names, bucket, objects }: Target,
  options: NukeOptions & { signal: AbortSignal | undefined },
): Promise<{ applied: Applied; report: NukeReport }> {
  const { file, region } = manifest;
  const { applied, missing } = await deleteParameters(tools, manifest, names, options);
  // Only after its pointer is gone, so that no pointer leads to a missing object.
  const gone = new Set(applied.done);
  const keys = objects.filter(({ name }) => gone.has(name)).map(({ key }) => key);
  const removed =
    keys.length > 0 ? await deleteObjects(tools, region, bucket, keys, options.signal) : NOTHING;
  const absent = new Set(missing);
  const deleted = applied.done.filter((name) => !absent.has(name));
  // S3 does not say whether it had an object: nothing pointed to these, unless an earlier call stopped.
  const unpointed = new Set(objects.filter(({ name }) => absent.has(name)).map(({ key }) => key));
  const behind = removed.done.filter((key) => !unpointed.has(key));
  const notes = [
    ...(behind.length > 0 ? [`${countOf(behind.length, 'object')} deleted`] : []),
    ...(unpointed.size > 0
      ? [`${countOf(unpointed.size, 'object')} of those not found deleted, if there`]
      : []),
  ];
  tools.host.note(
    `${labelOf(manifest)}: ${countOf(deleted.length, 'parameter')} deleted, ${[`${missing.length} not found`, ...notes].join(', ')}`,
  );
  return {
    applied: joinApplied(applied, removed),
    report: { file, region, deleted, missing, objects: behind },
  };
}
