import { basename, dirname, join } from 'node:path';
import { CofferError, isFailure } from '../errors.ts';
import { fitName, resolveTarget } from '../files/names.ts';
import { tidyWorkFolder, workFolderOf } from '../files/work-folder.ts';
import { shellFile } from '../files/shell-words.ts';
import { parseManifest, writeManifest } from '../manifest/index.ts';
import type { Manifest } from '../manifest/model.ts';
import type { StagedBlob } from './blob.ts';
import { blobPaths, findUnnamed, noteUnfinished, removeBlobs } from './blob-files.ts';

/** The next state of a manifest. */
interface Next {
  text: string;
  /** What `text` says, if it was read already. */
  read?: Manifest | undefined;
  blobs: readonly StagedBlob[];
}

/** Of a change that is looked at before it is written. */
export interface Reviewed {
  /**
   * Gets the manifest as it will be, and whether that changes it; nothing is written if it throws,
   * or returns false.
   */
  review?: ((next: Manifest, isChange: boolean) => Promise<boolean>) | undefined;
}

/** The outcome. */
interface Replaced {
  changed: boolean;
  /** Paths of the removed blobs. */
  removed: string[];
}

/** Called as soon as a file is in place. */
interface Then {
  /** The file names the new blobs. */
  settle: () => void;
  /** The file is the manifest, which no longer names the old blobs. */
  finish: () => void;
}

/**
 * Writes a manifest's next text and its blobs: blobs first, so that the manifest never names a
 * missing file; unused blobs are removed last. The caller holds the manifest's lock.
 */
export async function replaceManifest(
  manifest: Manifest,
  next: Next,
  review?: Reviewed['review'],
): Promise<Replaced> {
  if (review && !(await isAccepted(manifest, next, review))) {
    return { changed: false, removed: [] };
  }
  return place(manifest, next, ({ finish }) =>
    writeManifest(manifest, next.text, { afterwards: finish }),
  );
}

/** Discards the new blobs if the change is not accepted. */
async function isAccepted(
  manifest: Manifest,
  { text, read, blobs }: Next,
  review: NonNullable<Reviewed['review']>,
): Promise<boolean> {
  let isMeant = false;
  try {
    const after = read ?? parseManifest(text, manifest.file, manifest);
    isMeant = await review(after, text !== manifest.text);
    return isMeant;
  } finally {
    if (!isMeant) {
      for (const blob of blobs) blob.discard();
      tidyWorkFolder(workFolderOf(await resolveTarget(manifest.file)));
    }
  }
}

/**
 * The same for text that a person typed: if the manifest changed in the meantime, saves it beside
 * the manifest.
 * @throws CofferError `conflict` that says where
 */
export function replaceOrKeep(manifest: Manifest, next: Next): Promise<Replaced> {
  return place(manifest, next, async ({ settle, finish }) => {
    try {
      return await writeManifest(manifest, next.text, { afterwards: finish });
    } catch (error) {
      if (!isFailure(error, 'conflict')) throw error;
      const kept = await keepBeside(manifest.file, next.text, settle);
      throw new CofferError('conflict', error.message, {
        hint: `run coffer decrypt ${shellFile(kept)} to see your edit, which is saved there, encrypted`,
        cause: error,
      });
    }
  });
}

async function place(
  manifest: Manifest,
  { text, read, blobs }: Next,
  write: (then: Then) => Promise<boolean>,
): Promise<Replaced> {
  const target = await resolveTarget(manifest.file);
  const kept = new Set(blobPaths(read ?? parseManifest(text, manifest.file, manifest)));
  const dropped = blobPaths(manifest).filter((path) => !kept.has(path));
  const removed = await findUnnamed(target, dropped, target);
  const forget = noteUnfinished(target, removed);
  const settle = () => blobs.forEach((blob) => blob.settle());
  let left: string[] = [];
  const finish = () => {
    settle();
    left = removeBlobs(target, removed);
  };
  try {
    for (const blob of blobs) blob.commit();
    const changed = await write({ settle, finish });
    return { changed, removed: removed.filter((path) => !left.includes(path)) };
  } finally {
    for (const blob of blobs) blob.discard();
    forget(left);
    tidyWorkFolder(workFolderOf(target));
  }
}

/** `app.yml.edited`, or `app.yml.edited-2` if that exists. */
async function keepBeside(file: string, text: string, settle: () => void): Promise<string> {
  for (let count = 1; ; count += 1) {
    const ending = count === 1 ? '.edited' : `.edited-${count}`;
    const kept = join(dirname(file), fitName(basename(file), ending));
    try {
      await writeManifest({ file: kept, text: '' }, text, { afterwards: settle });
      return kept;
    } catch (error) {
      if (!isFailure(error, 'conflict')) throw error;
    }
  }
}
