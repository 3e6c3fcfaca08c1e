import type { Manifest } from '../manifest/model.ts';
import { applyAll, type Applied, type Task } from '../plan/apply.ts';
import { PATIENT } from '../plan/patience.ts';
import type { Writing } from '../plan/write.ts';
import { objectWriterFor } from './targets.ts';
import type { Tools } from './tools.ts';

/** Does the writes of one manifest, and shows how far they are. */
export async function writeAll<Item>(
  tools: Tools,
  manifest: Manifest,
  items: readonly Item[],
  toTask: (item: Item, writing: Writing) => Task,
  { signal, versions }: { signal: AbortSignal | undefined; versions: Map<string, number> },
): Promise<Applied> {
  const { stores, host } = tools;
  const uploading = host.progress(`${manifest.file}: uploading`, 'bytes');
  let uploaded = 0;
  let total = 0;
  const writing: Writing = {
    parameters: await stores.parameters(manifest.region),
    objects: await objectWriterFor(tools, manifest, {
      signal,
      onUploaded: (bytes) => uploading.update((uploaded += bytes), total),
    }),
    patience: PATIENT,
    versions,
  };
  const tasks = items.map((item) => toTask(item, writing));
  for (const { check, bytes = 0 } of tasks) {
    await check?.();
    total += bytes;
  }
  const progress = host.progress(`${manifest.file}: writing`);
  try {
    return await applyAll(tasks, {
      concurrency: tools.concurrency,
      patience: PATIENT,
      signal,
      onProgress: progress.update,
    });
  } finally {
    progress.end();
    uploading.end();
  }
}
