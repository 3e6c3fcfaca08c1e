import { formatPointer, objectKey } from '../crypto/pointer.ts';
import { CofferError } from '../errors.ts';
import type { Manifest } from '../manifest/model.ts';
import { findGarbage, type Garbage } from '../plan/garbage.ts';
import { formatBytes } from '../render/table.ts';
import { EXIT, type Context, type ExitCode } from './context.ts';
import { readManifests } from './manifests.ts';
import { writeReports } from './report.ts';
import { requireConsent } from './terminal.ts';

/** Objects that one DeleteObjects takes. */
const BATCH = 1_000;

/** A sync writes an object a moment before its pointer. */
const DEFAULT_AGE = '1h';

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
    for (const { manifest, bucket, garbage } of found) {
      await remove(context, manifest, bucket, garbage);
    }
    terminal.note(`${total} deleted`);
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
    {
      parameters: await context.aws.parameters(manifest.region),
      objects: await context.aws.objects(manifest.region),
      concurrency: context.aws.session.concurrency,
    },
  );
}

async function remove(
  context: Context,
  manifest: Manifest,
  bucket: string,
  { objects, uploads }: Garbage,
): Promise<void> {
  const store = await context.aws.objects(manifest.region);
  for (let i = 0; i < objects.length; i += BATCH) {
    const lot = objects.slice(i, i + BATCH);
    await store.deleteBatch(
      bucket,
      lot.map(({ key }) => key),
    );
  }
  for (const upload of uploads) await store.abortUpload(bucket, upload);
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
