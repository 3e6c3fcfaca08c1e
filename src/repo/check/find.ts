import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pMap from 'p-map';
import { searchManifests } from '../../git/repository.ts';
import { decodeText } from '../../manifest/encoding.ts';
import { looksLikeManifest } from './looks-like-manifest.ts';

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
export async function findManifests(folder: string): Promise<Found[]> {
  const files = (await searchManifests(folder, '--untracked')) ?? (await walk(folder));
  const found = await pMap(
    files,
    async (file) => {
      const bytes = await readFile(join(folder, file));
      return looksLikeManifest(decodeText(bytes).text) ? { file, bytes } : [];
    },
    { concurrency: 16 },
  );
  return found.flat();
}

/** The YAML files below a folder, relative to it. */
async function walk(folder: string, below = ''): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
    const { name } = entry;
    const isOpen = entry.isDirectory() && name !== 'node_modules' && !name.startsWith('.');
    if (isOpen) found.push(...(await walk(folder, join(below, name))));
    else if (entry.isFile() && /\.ya?ml$/i.test(name)) found.push(join(below, name));
  }
  return found.sort();
}
