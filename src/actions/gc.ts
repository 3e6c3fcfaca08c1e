import { objectKey } from '../crypto/pointer.ts';
import { CofferError } from '../errors.ts';
import type { Manifest } from '../manifest/model.ts';
import { inEachRegion } from '../manifest/regions.ts';
import { deleteOrphans, findGarbage, type Garbage } from '../stores/garbage.ts';
import { readManifests } from './manifests.ts';
import type { Tools } from './tools.ts';

export interface GcOptions {
  /** Goes ahead without asking the host. */
  yes?: boolean | undefined;
  /** Only lists the garbage. */
  dryRun?: boolean | undefined;
  /** Keeps anything younger. Default: a day. */
  olderThanSeconds?: number | undefined;
  /** Receives the garbage before anything is asked or deleted. */
  onPlan?: ((found: readonly GcReport[]) => void) | undefined;
}

/** What was deleted for one manifest in one region; with `dryRun`, what would be. */
export interface GcReport {
  file: string;
  region: string;
  bucket: string;
  /** With their sizes in bytes. */
  objects: { key: string; size: number }[];
  /** Keys of unfinished uploads. */
  uploads: string[];
}

interface Found {
  manifest: Manifest;
  bucket: string;
  garbage: Garbage;
}

/** A sync writes an object before its pointer, and a large object can take hours. */
const DEFAULT_AGE_SECONDS = 24 * 60 * 60;

/**
 * Deletes objects that no version of a parameter points to, and unfinished uploads, in all regions
 * of the manifests.
 * @throws CofferError `declined`, or with `manifests`, the reports, `interrupted`
 */
export async function gc(
  tools: Tools,
  files: readonly string[],
  options: GcOptions = {},
): Promise<GcReport[]> {
  const { host } = tools;
  const { olderThanSeconds = DEFAULT_AGE_SECONDS } = options;
  const before = new Date(Date.now() - olderThanSeconds * 1000);
  const manifests = (await readManifests(tools, files)).flatMap(inEachRegion);
  const some = manifests.filter(({ bucket }) => bucket !== undefined);
  // Of several, only those count that have a bucket; of one alone, a missing one is a mistake.
  const searched = some.length > 0 ? some : manifests;
  for (const { file } of manifests.filter((manifest) => !searched.includes(manifest))) {
    host.note(`${file} has no bucket, so it has no objects`);
  }
  const found = await Promise.all(searched.map((manifest) => search(tools, manifest, before)));
  options.onPlan?.(found.map(describe));
  const total = countAll(found);
  if (total === 0) host.note('nothing to delete: a pointer names every object');
  if (total === 0 || options.dryRun) return found.map(describe);

  await tools.aws.requireAccount();
  if (!options.yes) await host.confirm(`Delete these ${total} for good?`);
  const signal = host.onStop();
  const deleted: Found[] = [];
  for (const item of found) deleted.push(await remove(tools, item, signal));
  const reports = deleted.map(describe);
  const count = countAll(deleted);
  if (signal?.aborted && count < total) {
    throw new CofferError('interrupted', `interrupted after deleting ${count} of ${total}`, {
      hint: 'run coffer gc again to delete the rest',
      report: { manifests: reports },
    });
  }
  if (count < total) host.note(`${total - count} kept: something points to them now`);
  host.note(`${count} deleted`);
  return reports;
}

async function search(tools: Tools, manifest: Manifest, before: Date): Promise<Found> {
  const bucket = bucketOf(manifest);
  const keep = manifest.parameters.flatMap(({ fullName, content, extension }) =>
    content.kind === 'blob' ? [objectKey(fullName, content.blob.sha256, extension)] : [],
  );
  const garbage = await findGarbage(
    { path: manifest.path, bucket, keep: new Set(keep), before },
    await servicesFor(tools, manifest),
  );
  return { manifest, bucket, garbage };
}

async function servicesFor({ stores, concurrency }: Tools, { region }: Manifest) {
  return {
    parameters: await stores.parameters(region),
    objects: await stores.objects(region),
    concurrency,
  };
}

/** Returns what was deleted. */
async function remove(
  tools: Tools,
  { manifest, bucket, garbage }: Found,
  signal: AbortSignal | undefined,
): Promise<Found> {
  const services = await servicesFor(tools, manifest);
  const objects = await deleteOrphans(garbage.objects, bucket, services, signal);
  const uploads = [];
  for (const upload of garbage.uploads) {
    if (signal?.aborted) break;
    await services.objects.abortUpload(bucket, upload);
    uploads.push(upload);
  }
  return { manifest, bucket, garbage: { objects, uploads } };
}

function bucketOf({ bucket, file }: Manifest): string {
  if (bucket) return bucket;
  throw new CofferError('usage', `${file} has no bucket, so it has no objects`);
}

function countAll(found: readonly Found[]): number {
  return found.reduce(
    (sum, { garbage }) => sum + garbage.objects.length + garbage.uploads.length,
    0,
  );
}

function describe({ manifest, bucket, garbage }: Found): GcReport {
  return {
    file: manifest.file,
    region: manifest.region,
    bucket,
    objects: garbage.objects.map(({ key, size }) => ({ key, size })),
    uploads: garbage.uploads.map(({ key }) => key),
  };
}
