import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import pMap from 'p-map';
import { searchManifests } from '../../git/repository.ts';
import { explainFileError } from '../../files/errors.ts';
import { readBytes } from '../../files/read.ts';
import { decodeText } from '../../manifest/encoding.ts';
import { MANIFEST_LIMIT } from '../../sizes.ts';
import { looksLikeManifest } from './looks-like-manifest.ts';
import { Unread } from './unread.ts';

/** A manifest found in a repository. */
export interface Found {
  /** Path relative to `folder`. */
  file: string;
  bytes: Buffer;
}

/**
 * The manifests of the repository around `folder`, tracked or not, but not ignored; outside git,
 * those below `folder`.
 */
export async function findManifests(folder: string, unread = new Unread()): Promise<Found[]> {
  const files = (await searchManifests(folder, '--untracked')) ?? (await walk(folder, unread));
  const found = await pMap(
    files,
    async (file) => {
      const reading = readBytes(file, MANIFEST_LIMIT, { path: resolve(folder, file) });
      const bytes = await reading.catch((error: unknown) => unread.note(error));
      return bytes && looksLikeManifest(decodeText(bytes).text) ? { file, bytes } : [];
    },
    { concurrency: 16 },
  );
  return found.flat();
}

/** The YAML files below a folder, relative to it. */
async function walk(folder: string, unread: Unread, below = ''): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await entriesIn(folder, unread, below)) {
    const { name } = entry;
    const isOpen = entry.isDirectory() && name !== 'node_modules' && !name.startsWith('.');
    if (isOpen) found.push(...(await walk(folder, unread, join(below, name))));
    else if (entry.isFile() && /\.ya?ml$/i.test(name)) found.push(join(below, name));
  }
  return found.sort();
}

async function entriesIn(folder: string, unread: Unread, below: string): Promise<Dirent[]> {
  try {
    return await readdir(join(folder, below), { withFileTypes: true });
  } catch (error) {
    const explained = explainFileError(error, 'read', below || folder);
    if (below === '') throw explained;
    unread.note(explained);
    return [];
  }
}
