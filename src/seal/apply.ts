import { basename, dirname, join } from 'node:path';
import { CofferError } from '../errors.ts';
import { fitName, resolveTarget } from '../files/names.ts';
import { tidyWorkFolder, workFolderOf } from '../files/work-folder.ts';
import { parseManifest, writeManifest } from '../manifest/index.ts';
import type { Manifest } from '../manifest/model.ts';
import type { StagedBlob } from './blob.ts';
import { blobPaths, findUnnamed, noteUnfinished, removeBlobs } from './blob-files.ts';

/** What a manifest is to be. */
interface Next {
  text: string;
  blobs: readonly StagedBlob[];
}

/** What became of it. */
interface Replaced {
  changed: boolean;
  /** Paths of the blobs that are gone. */
  removed: string[];
}

/** What to do as soon as a file is in place. */
interface Then {
  /** It names the new blobs. */
  settle: () => void;
  /** It is the manifest, which no longer names the old ones. */
  finish: () => void;
}

/**
 * Puts a manifest's next text and its blobs in place: blobs first, so that the manifest never names
 * a file that is not there; what nobody names any more goes last. The caller holds the manifest's
 * lock.
 */
export function replaceManifest(manifest: Manifest, next: Next): Promise<Replaced> {
  return place(manifest, next, ({ finish }) =>
    writeManifest(manifest, next.text, { afterwards: finish }),
  );
}

/**
 * The same for what somebody typed: when another change came before, it stays beside the manifest.
 * @throws CofferError `conflict` that says where
 */
export function replaceOrKeep(manifest: Manifest, next: Next): Promise<Replaced> {
  return place(manifest, next, async ({ settle, finish }) => {
    try {
      return await writeManifest(manifest, next.text, { afterwards: finish });
    } catch (error) {
      if (!(error instanceof CofferError) || error.code !== 'conflict') throw error;
      const kept = await keepBeside(manifest.file, next.text, settle);
      throw new CofferError('conflict', error.message, {
        hint: `it stays as it is; your edit is in ${kept}, sealed: coffer decrypt shows it`,
        cause: error,
      });
    }
  });
}

async function place(
  manifest: Manifest,
  { text, blobs }: Next,
  write: (then: Then) => Promise<boolean>,
): Promise<Replaced> {
  const target = await resolveTarget(manifest.file);
  const kept = new Set(blobPaths(parseManifest(text, manifest.file)));
  const dropped = blobPaths(manifest).filter((path) => !kept.has(path));
  const removed = await findUnnamed(target, dropped, target);
  const forget = noteUnfinished(target, removed);
  const settle = () => blobs.forEach((blob) => blob.settle());
  const finish = () => {
    settle();
    removeBlobs(target, removed);
  };
  try {
    for (const blob of blobs) blob.commit();
    return { changed: await write({ settle, finish }), removed };
  } finally {
    for (const blob of blobs) blob.discard();
    forget();
    tidyWorkFolder(workFolderOf(target));
  }
}

/** `app.yml.edited`, or `app.yml.edited-2` where that is taken. */
async function keepBeside(file: string, text: string, settle: () => void): Promise<string> {
  for (let count = 1; ; count += 1) {
    const ending = count === 1 ? '.edited' : `.edited-${count}`;
    const kept = join(dirname(file), fitName(basename(file), ending));
    try {
      await writeManifest({ file: kept, text: '' }, text, { afterwards: settle });
      return kept;
    } catch (error) {
      if (!(error instanceof CofferError) || error.code !== 'conflict') throw error;
    }
  }
}
