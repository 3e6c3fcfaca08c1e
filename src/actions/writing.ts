import type { Manifest } from '../manifest/model.ts';
import { applyAll, type Applied, type Task } from '../plan/apply.ts';
import { PATIENT } from '../plan/patience.ts';
import type { Writing } from '../plan/write.ts';
import type { Context } from '../cli/context.ts';
import { objectWriterFor } from './targets.ts';

/** Does the writes of one manifest, and shows how far they are. */
export async function writeAll<Item>(
  context: Context,
  manifest: Manifest,
  items: readonly Item[],
  toTask: (item: Item, writing: Writing) => Task,
  signal: AbortSignal,
): Promise<Applied> {
  const { aws, terminal } = context;
  const uploading = terminal.progress(`${manifest.file}: uploading`, 'bytes');
  let uploaded = 0;
  let total = 0;
  const writing: Writing = {
    parameters: await aws.parameters(manifest.region),
    objects: await objectWriterFor(context, manifest, {
      signal,
      onUploaded: (bytes) => uploading.update((uploaded += bytes), total),
    }),
    patience: PATIENT,
  };
  const tasks = items.map((item) => toTask(item, writing));
  for (const { check, bytes = 0 } of tasks) {
    await check?.();
    total += bytes;
  }
  const progress = terminal.progress(`${manifest.file}: writing`);
  try {
    return await applyAll(tasks, {
      concurrency: aws.session.concurrency,
      patience: PATIENT,
      signal,
      onProgress: progress.update,
    });
  } finally {
    progress.end();
    uploading.end();
  }
}
