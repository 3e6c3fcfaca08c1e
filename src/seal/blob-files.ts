import { lstatSync, mkdirSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fitName, resolveTarget, stemOf } from '../files/names.ts';
import { syncFolder } from '../files/staged-file.ts';
import { findMentioned } from '../git/mentions.ts';
import type { Manifest } from '../manifest/model.ts';

/** The folder of a manifest's blobs, from the manifest's own. */
export function blobFolder(target: string): string {
  return fitName(stemOf(target), '.blobs');
}

/**
 * `tls-keystore-9f86d0.enc`, with more of the digest where that is taken.
 * @param isTaken whether another file has the name
 */
export function blobName(
  parameter: string,
  sha256: string,
  isTaken: (name: string) => boolean,
): string {
  const start = parameter.replaceAll('/', '-');
  const names = [6, 12, 64].map((length) => fitName(start, `-${sha256.slice(0, length)}.enc`));
  return names.find((name) => !isTaken(name)) ?? fitName(start, `-${sha256}.enc`);
}

/** The paths of the blobs that a manifest names. */
export function blobPaths({ parameters }: Pick<Manifest, 'parameters'>): string[] {
  return parameters.flatMap(({ content }) =>
    content.kind === 'blob' && 'path' in content.blob.body ? [content.blob.body.path] : [],
  );
}

export function makeBlobFolder(target: string): string {
  const folder = join(dirname(target), blobFolder(target));
  if (mkdirSync(folder, { recursive: true }) !== undefined) syncFolder(dirname(folder));
  return folder;
}

/** Only an empty one goes. */
export function tidyBlobFolder(target: string): void {
  try {
    rmdirSync(join(dirname(target), blobFolder(target)));
  } catch {
    // It is in use, or not there.
  }
}

/**
 * Removes blobs that no manifest names: those in the manifest's own folder of blobs, and nowhere
 * else. In doubt they stay.
 * @returns the paths that are gone
 */
export async function removeUnnamed(file: string, paths: readonly string[]): Promise<string[]> {
  if (paths.length === 0) return [];
  const target = await resolveTarget(file);
  const folder = blobFolder(target);
  // A link leads to what may be another manifest's.
  const isReal = lstatSync(join(dirname(target), folder), { throwIfNoEntry: false })?.isDirectory();
  const own = isReal ? paths.filter((path) => dirname(path) === folder) : [];
  const mentioned = await findMentioned(
    dirname(target),
    own.map((path) => basename(path)),
  );
  const unnamed = own.filter((path) => !mentioned.has(basename(path)));
  for (const path of unnamed) rmSync(join(dirname(target), path), { force: true });
  tidyBlobFolder(target);
  return unnamed;
}

/** The blobs that a killed process was about to put in place, by their names in its work folder. */
export function unfinishedBlobs(workFolder: string): string[] {
  return readdirSync(workFolder).filter((name) => name.endsWith('.enc'));
}
