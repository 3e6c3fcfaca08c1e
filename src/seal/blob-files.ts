import {
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmdirSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { CofferError } from '../errors.ts';
import { fitName, stemOf } from '../files/names.ts';
import { tryRemove } from '../files/remove.ts';
import { syncFolder } from '../files/sync-folder.ts';
import { undoAtExit } from '../files/undo.ts';
import { makeWorkFolder, workFolderOf } from '../files/work-folder.ts';
import { findMentioned } from '../git/mentions.ts';
import type { Manifest } from '../manifest/model.ts';
import { locate, type Naming } from './named-file.ts';

/** The ending of the files that coffer creates and removes. */
export const ENDING = '.enc';

/** The folder of a manifest's blobs, relative to the manifest's folder. */
export function blobFolder(target: string): string {
  return fitName(stemOf(target), '.blobs');
}

/**
 * `tls-keystore-9f86d0.enc`, with more of the digest if that name is taken.
 * @param isTaken whether another file has the name
 */
export function blobName(
  parameter: string,
  sha256: string,
  isTaken: (name: string) => boolean,
): string {
  const start = parameter.replaceAll('/', '-');
  const names = [6, 12, 64].map((length) => fitName(start, `-${sha256.slice(0, length)}${ENDING}`));
  return names.find((name) => !isTaken(name)) ?? fitName(start, `-${sha256}${ENDING}`);
}

/** The paths of the blobs that a manifest names. */
export function blobPaths({ parameters }: Pick<Manifest, 'parameters'>): string[] {
  return parameters.flatMap(({ content }) =>
    content.kind === 'blob' && 'path' in content.blob.body ? [content.blob.body.path] : [],
  );
}

/**
 * Refuses a link in place of the folder that leads to where no blob would be read.
 * @throws CofferError `usage`
 */
export async function requireBlobFolder(manifest: Naming, target: string): Promise<void> {
  const folder = blobFolder(target);
  const found = lstatSync(join(dirname(target), folder), { throwIfNoEntry: false });
  if (!found?.isSymbolicLink()) return;
  const { path, refused } = await locate(manifest, folder);
  if (!refused) return;
  throw new CofferError('usage', `${manifest.file}: ${folder} is ${refused}: ${path}`, {
    hint: 'remove that link: coffer makes a folder for the blobs',
  });
}

export function makeBlobFolder(target: string): string {
  const folder = join(dirname(target), blobFolder(target));
  if (mkdirSync(folder, { recursive: true }) !== undefined) syncFolder(dirname(folder));
  return folder;
}

/** Removes only an empty folder. */
export function tidyBlobFolder(target: string): void {
  try {
    rmdirSync(join(dirname(target), blobFolder(target)));
  } catch {
    // In use, or missing.
  }
}

/**
 * Those of these blobs that no other manifest than `except` names, in the target's own folder of
 * blobs only. If unsure, counts a blob as named.
 */
export async function findUnnamed(
  target: string,
  paths: readonly string[],
  except?: string,
): Promise<string[]> {
  if (paths.length === 0) return [];
  const home = dirname(target);
  const folder = blobFolder(target);
  // A link may lead to another manifest's blob.
  const isReal = lstatSync(join(home, folder), { throwIfNoEntry: false })?.isDirectory();
  const isOwn = (path: string) => dirname(path) === folder && path.endsWith(ENDING);
  const own = isReal ? paths.filter(isOwn) : [];
  const names = own.map((path) => basename(path));
  const mentioned = await findMentioned(home, names, except);
  return own.filter((path) => !mentioned.has(basename(path)));
}

/** @returns those that cannot be removed now */
export function removeBlobs(target: string, paths: readonly string[]): string[] {
  const left = paths.filter((path) => !tryRemove(join(dirname(target), path)));
  if (paths.length > 0) tidyBlobFolder(target);
  return left;
}

/**
 * Lets the next process check these blobs if this one is killed.
 * @returns a function that undoes this, but for the blobs that are left
 */
export function noteUnfinished(
  target: string,
  paths: readonly string[],
): (left: readonly string[]) => void {
  const workFolder = workFolderOf(target);
  const noteOf = (path: string) => join(workFolder, basename(path));
  const remove = (left: readonly string[]) => {
    for (const path of paths) if (!left.includes(path)) tryRemove(noteOf(path));
    forget();
  };
  const forget = undoAtExit(() => remove([]));
  if (paths.length > 0) makeWorkFolder(workFolder);
  // A branch may have put a link there.
  const { O_WRONLY, O_CREAT, O_NOFOLLOW } = constants;
  for (const path of paths) closeSync(openSync(noteOf(path), O_WRONLY | O_CREAT | O_NOFOLLOW));
  return remove;
}

/** The blobs that a killed process was about to write or remove. */
export function unfinishedBlobs(target: string): string[] {
  return readdirSync(workFolderOf(target)).flatMap((name) =>
    name.endsWith(ENDING) ? [`${blobFolder(target)}/${name}`] : [],
  );
}
