import { rm, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeManifest } from '../manifest/index.ts';
import type { Manifest } from '../manifest/model.ts';
import type { StagedBlob } from './blob.ts';
import { besideManifest } from './source.ts';

/**
 * Puts a manifest's next text and its blobs in place: blobs first, so that the manifest never names
 * a file that is not there; what it no longer names goes last.
 * @returns whether the manifest changed.
 */
export async function replaceManifest(
  manifest: Manifest,
  next: { text: string; blobs: readonly StagedBlob[]; obsolete: readonly string[] },
): Promise<boolean> {
  let changed: boolean;
  try {
    for (const blob of next.blobs) await blob.commit();
    changed = await writeManifest(manifest, next.text);
  } catch (error) {
    await Promise.all(next.blobs.map((blob) => blob.discard()));
    throw error;
  }
  for (const path of next.obsolete) {
    const file = besideManifest(manifest, path);
    await rm(file, { force: true });
    // Only an empty folder goes.
    await rmdir(dirname(file)).catch(() => {});
  }
  return changed;
}
