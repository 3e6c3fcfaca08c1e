import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CofferError } from '../errors.ts';
import { errnoOf, explainFileError } from '../files/errors.ts';
import { isDead, Lock, readHolder, type Holder } from '../files/lock.ts';
import { resolveTarget } from '../files/names.ts';
import { restore } from '../files/overwrite.ts';
import { isTemporary } from '../files/staged-file.ts';
import { undoAtExit } from '../files/undo.ts';
import { writeManifest } from '../manifest/index.ts';
import type { Manifest } from '../manifest/model.ts';
import { makeWorkFolder, manifestsOf, tidyWorkFolder, workFolderOf } from '../files/work-folder.ts';
import { tryRemove } from '../files/remove.ts';
import { refuseOutwardLink } from './outward-link.ts';
import { ENDING, findUnnamed, removeBlobs, unfinishedBlobs } from './blob-files.ts';

/** How long to wait for other writers of a manifest, and how to say so. */
export interface Patience {
  seconds: number;
  note: (text: string) => void;
}

/**
 * Runs `work` while no other coffer process writes these manifests or their blobs. First undoes
 * what a killed process left unfinished. Anything that `work` writes must be read inside `work`.
 * @throws CofferError `locked`
 */
export async function withLocks<Result>(
  files: readonly string[],
  patience: Patience,
  work: () => Promise<Result>,
): Promise<Result> {
  // In sorted order, so that two calls never wait for each other.
  const targets = (await findTargets(files)).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return lockAll(targets, patience, work);
}

/**
 * Replaces a manifest's text with `newText`, and says whether that changed anything, while no other
 * coffer process writes the same manifest.
 * @throws CofferError `conflict` if the file changed since the manifest was read, `usage` if a link
 * of the branch leads out of the repository
 */
export async function writeLocked(manifest: Manifest, newText: string): Promise<boolean> {
  await refuseOutwardLink(manifest.file, manifest.allowedFiles);
  const patience = { seconds: 60, note: () => {} };
  return withLocks([manifest.file], patience, () => writeManifest(manifest, newText));
}

function lockAll<Result>(
  [first, ...more]: readonly Target[],
  patience: Patience,
  work: () => Promise<Result>,
): Promise<Result> {
  return first ? withLock(first, patience, () => lockAll(more, patience, work)) : work();
}

/** A work folder, and one of its manifests. */
type Target = readonly [workFolder: string, file: string, target: string];

/** Skips impossible paths, which reading reports later. */
async function findTargets(files: readonly string[]): Promise<Target[]> {
  const targets = new Map<string, Target>();
  for (const file of files) {
    const target = await resolveTarget(file).catch(() => undefined);
    if (target === undefined) continue;
    const workFolder = workFolderOf(target);
    targets.set(workFolder, [workFolder, file, target]);
  }
  return [...targets.values()];
}

async function withLock<Result>(
  [workFolder, file, target]: Target,
  { seconds, note }: Patience,
  work: () => Promise<Result>,
): Promise<Result> {
  const path = join(workFolder, 'lock');
  const forget = undoAtExit(() => tidyWorkFolder(workFolder));
  try {
    const lock = await Lock.take(path, {
      timeoutMs: seconds * 1000,
      onWait: (holder) => note(`${file}: waiting for ${describe(holder)}, which is writing it`),
      prepare: () => makeWorkFolder(workFolder),
    }).catch((error: unknown) => {
      throw explainFolderError(error, file);
    });
    if (!(lock instanceof Lock)) throw stillLocked(file, lock, seconds);
    try {
      // The last holder may have removed part of it at the same time.
      makeWorkFolder(workFolder);
      await takeBack(workFolder, target, lock.holder);
      return await work();
    } finally {
      lock.release();
    }
  } finally {
    tidyWorkFolder(workFolder);
    // Only now: a signal that nobody listens for would end the process in between.
    forget();
  }
}

/** Undoes what a killed process did not finish. No other process works here now. */
async function takeBack(workFolder: string, target: string, me: Holder): Promise<void> {
  restore(manifestsOf(target), workFolder);
  const left = removeBlobs(target, await findUnnamed(target, unfinishedBlobs(target)));
  const kept = new Set(left.map((path) => basename(path)));
  for (const name of readdirSync(workFolder)) {
    const isOwn = name.endsWith(ENDING) || isTemporary(name);
    const isLeft = !kept.has(name) && (isOwn || isLeftOfLock(name, workFolder, me));
    if (isLeft) tryRemove(join(workFolder, name));
  }
}

/** Skips the files of processes that are waiting for the lock. */
function isLeftOfLock(name: string, workFolder: string, me: Holder): boolean {
  if (!name.startsWith('lock-')) return false;
  const path = join(workFolder, name);
  const holder = readHolder(path);
  return holder !== undefined && isDead(path, holder, me);
}

function explainFolderError(error: unknown, file: string): unknown {
  if (!['EACCES', 'EPERM', 'EROFS'].includes(errnoOf(error) ?? '')) {
    return explainFileError(error, 'write', file);
  }
  return new CofferError('usage', `cannot write ${file}: no permission to write in its folder`, {
    hint: 'check the rights of the folder, where coffer creates a lock and the new text, or work on a copy elsewhere',
    cause: error,
  });
}

function describe({ pid, host }: Holder): string {
  return pid === 0 ? 'another process' : `process ${pid} on ${host}`;
}

function stillLocked(file: string, holder: Holder, seconds: number): CofferError {
  return new CofferError(
    'locked',
    `${file}: ${describe(holder)} is still writing it after ${seconds} s`,
    {
      hint: 'run the command again when that process has ended, or wait longer with --lock-timeout SECONDS',
    },
  );
}
