import { basename, dirname, join } from 'node:path';
import { CofferError } from '../errors.ts';
import { fitName } from '../files/names.ts';
import { parseManifest, writeManifest } from '../manifest/index.ts';
import type { Manifest } from '../manifest/model.ts';
import type { StagedBlob } from './blob.ts';
import { blobPaths, removeUnnamed } from './blob-files.ts';

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

type Write = (settle: () => void) => Promise<boolean>;

/**
 * Puts a manifest's next text and its blobs in place: blobs first, so that the manifest never names
 * a file that is not there; what nobody names any more goes last. The caller holds the manifest's
 * lock.
 */
export function replaceManifest(manifest: Manifest, next: Next): Promise<Replaced> {
  return place(manifest, next, (settle) =>
    writeManifest(manifest, next.text, { afterwards: settle }),
  );
}

/**
 * The same for what somebody typed: when another change came before, it stays beside the manifest.
 * @throws CofferError `conflict` that says where
 */
export function replaceOrKeep(manifest: Manifest, next: Next): Promise<Replaced> {
  return place(manifest, next, async (settle) => {
    try {
      return await writeManifest(manifest, next.text, { afterwards: settle });
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

async function place(manifest: Manifest, { text, blobs }: Next, write: Write): Promise<Replaced> {
  const kept = new Set(blobPaths(parseManifest(text, manifest.file)));
  const obsolete = blobPaths(manifest).filter((path) => !kept.has(path));
  try {
    for (const blob of blobs) blob.commit();
    const changed = await write(() => blobs.forEach((blob) => blob.settle()));
    return { changed, removed: await removeUnnamed(manifest.file, obsolete) };
  } finally {
    for (const blob of blobs) blob.discard();
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
