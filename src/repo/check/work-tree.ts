import { basename, dirname, join, resolve } from 'node:path';
import pMap from 'p-map';
import { errnoOf, explainFileError, isMissing } from '../../files/errors.ts';
import { eachOnce } from '../../files/once.ts';
import { readBytes } from '../../files/read.ts';
import { Fingerprinter, type Fingerprint } from './fingerprint.ts';
import { findManifests, type Found } from './find.ts';
import { listIndex, repositoryRoot } from '../../git/repository.ts';
import { openRegular } from '../../files/open-regular.ts';
import { realpath } from '../../files/at-once.ts';
import { locate } from '../../seal/named-file.ts';
import { refuseOutwardLink } from '../../seal/outward-link.ts';
import { MANIFEST_LIMIT, type SizeLimit } from '../../sizes.ts';
import type { Snapshot } from './snapshot.ts';
import { Unread } from './unread.ts';

/**
 * The files on disk; without `files`, all manifests in the repository of `folder`.
 * @param readInput reads what `-` stands for
 * @throws CofferError `usage` for a named file that cannot be read
 */
export async function openWorkTree(
  files: readonly string[],
  folder: string,
  allowedFiles: readonly string[] = [],
  readInput?: (limit: SizeLimit) => Promise<Buffer>,
): Promise<Snapshot> {
  const unread = new Unread();
  const found =
    files.length > 0
      ? await pMap(
          await eachOnce(files, folder),
          (file) => readNamed(folder, file, allowedFiles, readInput),
          {
            concurrency: 16,
          },
        )
      : await findManifests(folder, unread);
  const realFolder = remember((path) => realpath(path));
  const located = found.map(async (one) => {
    const path = resolve(folder, one.file);
    return { ...one, path: join(await realFolder(dirname(path)), basename(path)) };
  });
  // One object for each manifest, so that git is asked once for each.
  const naming = remember((file) => Promise.resolve({ file, allowedFiles }));
  const rootOf = remember(repositoryRoot);
  const trackedIn = remember(async (root) => (await listIndex(root)).files);
  return {
    sources: await Promise.all(located),
    warnings: unread.warnings,
    isFiltered: false,
    concerns: () => true,
    follow: (path) => realpath(path).catch(() => path),
    locate: async (file, path) => locate(await naming(file), path),
    fingerprint: fingerprintFile,
    async tracked(folder) {
      const root = await rootOf(folder);
      return root === undefined ? undefined : trackedIn(root);
    },
    close: () => {},
  };
}

async function readNamed(
  folder: string,
  file: string,
  allowedFiles: readonly string[],
  readInput?: (limit: SizeLimit) => Promise<Buffer>,
): Promise<Found> {
  if (file === '-' && readInput) return { file, bytes: await readInput(MANIFEST_LIMIT) };
  const path = resolve(folder, file);
  await refuseOutwardLink(path, allowedFiles);
  return { file, bytes: await readBytes(file, MANIFEST_LIMIT, { path }) };
}

async function fingerprintFile(path: string): Promise<Fingerprint | undefined> {
  const fingerprinter = new Fingerprinter();
  try {
    const opened = await openRegular(path);
    if (!opened) return undefined;
    const stream = opened.handle.createReadStream({ highWaterMark: 1024 * 1024 });
    for await (const chunk of stream) {
      fingerprinter.update(chunk as Buffer);
    }
  } catch (error) {
    if (isMissing(error) || errnoOf(error) === 'EISDIR') return undefined;
    throw explainFileError(error, 'read', path);
  }
  return fingerprinter.finish();
}

/** Caches results by key. */
function remember<T>(ask: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const asked = new Map<string, Promise<T>>();
  return (key) => {
    const answer = asked.get(key) ?? ask(key);
    asked.set(key, answer);
    return answer;
  };
}
