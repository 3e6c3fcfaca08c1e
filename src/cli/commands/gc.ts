import { formatPointer, objectKey } from '../../crypto/pointer.ts';
import { CofferError } from '../../errors.ts';
import type { Manifest } from '../../manifest/model.ts';
import { deleteOrphans, findGarbage, type Garbage } from '../../plan/garbage.ts';
import { formatBytes } from '../../formats/table.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { readManifests } from '../../actions/manifests.ts';
import { writeReports } from '../report.ts';
import { requireConsent } from '../terminal/terminal.ts';

/** A sync writes an object before its pointer, and a large one takes its time. */
const DEFAULT_AGE = '24h';

export async function run(context: Context): Promise<ExitCode> {
  const { terminal, flags } = context;
  const age = ageOf(flags.string('olderThan') ?? DEFAULT_AGE);
  const manifests = await readManifests(context, context.args);
  const found = await Promise.all(
    manifests.map(async (manifest) => ({
      manifest,
      bucket: bucketOf(manifest),
      garbage: await search(context, manifest, new Date(Date.now() - age)),
    })),
  );
  for (const { bucket, garbage } of found) {
    for (const { key, size } of garbage.objects) {
      terminal.note(`  ${formatPointer({ bucket, key })}  ${formatBytes(size)}`);
    }
    for (const { key } of garbage.uploads) {
      terminal.note(`  ${formatPointer({ bucket, key })}  unfinished upload`);
    }
  }
  const total = found.reduce(
    (sum, { garbage }) => sum + garbage.objects.length + garbage.uploads.length,
    0,
  );
  if (total === 0) terminal.note('nothing to delete: every object has its pointer');
  else if (!flags.boolean('dryRun')) {
    await requireConsent(terminal, flags.boolean('yes'), `Delete ${total} of these for good?`);
    let deleted = 0;
    for (const item of found) {
      item.garbage = await remove(context, item.manifest, item.bucket, item.garbage);
      deleted += item.garbage.objects.length + item.garbage.uploads.length;
    }
    if (deleted < total) terminal.note(`${total - deleted} spared: something points to them now`);
    terminal.note(`${deleted} deleted`);
  }
  if (context.json) {
    const report = found.map(({ manifest, bucket, garbage }) => ({
      file: manifest.file,
      bucket,
      objects: garbage.objects.map(({ key, size }) => ({ key, size })),
      uploads: garbage.uploads.map(({ key }) => key),
    }));
    await writeReports(context, report);
  }
  return EXIT.ok;
}

async function search(context: Context, manifest: Manifest, before: Date): Promise<Garbage> {
  const keep = manifest.parameters.flatMap(({ fullName, content, extension }) =>
    content.kind === 'blob' ? [objectKey(fullName, content.blob.sha256, extension)] : [],
  );
  return findGarbage(
    { path: manifest.path, bucket: bucketOf(manifest), keep: new Set(keep), before },
    await servicesFor(context, manifest),
  );
}

async function servicesFor({ aws }: Context, { region }: Manifest) {
  return {
    parameters: await aws.parameters(region),
    objects: await aws.objects(region),
    concurrency: aws.session.concurrency,
  };
}

/** What was really deleted. */
async function remove(
  context: Context,
  manifest: Manifest,
  bucket: string,
  { objects, uploads }: Garbage,
): Promise<Garbage> {
  const services = await servicesFor(context, manifest);
  const deleted = await deleteOrphans(objects, bucket, services);
  for (const upload of uploads) await services.objects.abortUpload(bucket, upload);
  return { objects: deleted, uploads };
}

function bucketOf({ bucket, file }: Manifest): string {
  if (bucket) return bucket;
  throw new CofferError('usage', `${file} names no bucket, so it has no objects`);
}

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds of `90s`, `30m`, `12h`, `7d`. */
function ageOf(text: string): number {
  const [, number, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  if (number !== undefined && unit !== undefined) {
    return Number(number) * UNITS[unit as keyof typeof UNITS];
  }
  throw new CofferError('usage', `--older-than ${text} is no age`, {
    hint: 'such as 90s, 30m, 12h or 7d',
  });
}
