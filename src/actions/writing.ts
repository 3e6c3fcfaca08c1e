import { countOf } from '../formats/count.ts';
import type { Manifest } from '../manifest/model.ts';
import { labelOf } from '../manifest/regions.ts';
import { applyAll, type Applied } from '../plan/apply.ts';
import { PATIENT } from '../stores/patience.ts';
import type { Version } from '../stores/model.ts';
import type { Task, ValueStore, Writing } from '../stores/port.ts';
import { fileKeyRegion } from '../seal/file-key.ts';
import { storeFor, storeKindOf, type StoreOptions } from './stores.ts';
import type { Tools } from './tools.ts';

/** Writes the changes of one manifest in one region, and shows the progress. */
export async function writeAll<Item>(
  tools: Tools,
  manifest: Manifest,
  items: readonly Item[],
  toTask: (store: ValueStore, item: Item, writing: Writing) => Task,
  {
    signal,
    useRecovery,
    noDecrypt,
    versions,
    ...options
  }: StoreOptions & {
    signal: AbortSignal | undefined;
    useRecovery?: boolean | undefined;
    noDecrypt?: boolean | undefined;
    versions: Map<string, Version>;
  },
): Promise<Applied> {
  const { host } = tools;
  const label = labelOf(manifest);
  const opened = new Set<string>();
  const uploading = host.progress(`${label}: uploading`, 'bytes');
  let uploaded = 0;
  let total = 0;
  const writing: Writing = {
    ...(await storeKindOf(manifest).publish(tools, manifest, {
      signal,
      useRecovery,
      noDecrypt,
      onUploaded: (bytes) => uploading.update((uploaded += bytes), total),
      onOpened: (fullName) => opened.add(fullName),
    })),
    versions,
  };
  const store = await storeFor(tools, manifest, options);
  const tasks = items.map((item) => toTask(store, item, writing));
  for (const { check, bytes = 0 } of tasks) {
    await check?.();
    total += bytes;
  }
  const progress = host.progress(`${label}: writing`);
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
    if (opened.size > 0) {
      host.note(
        `${label}: decrypted ${countOf(opened.size, 'data key')} of blobs on the way from ${fileKeyRegion(manifest, tools.fileKey)} to ${manifest.region}, because KMS re-encrypts only within a region`,
      );
    }
  }
}
