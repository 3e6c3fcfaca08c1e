import { dirname, relative, resolve, sep } from 'node:path';
import { CofferError } from '../../errors.ts';
import { Fingerprinter } from './fingerprint.ts';
import { followLinks } from './follow-links.ts';
import { listChanged, listIndex, repositoryRoot, searchManifests } from '../../git/repository.ts';
import { GitObjects } from '../../git/objects.ts';
import { decodeText } from '../../manifest/encoding.ts';
import { looksLikeManifest } from './looks-like-manifest.ts';
import { MANIFEST_LIMIT } from '../../sizes.ts';
import type { Snapshot, Source } from './snapshot.ts';
import { Unread } from './unread.ts';

/**
 * The state that git would commit now: the index, of which the differences from HEAD matter.
 * @throws CofferError `usage` outside a repository
 */
export async function openIndex(
  folder: string,
  allowedFiles: readonly string[] = [],
): Promise<Snapshot> {
  const root = await repositoryRoot(folder);
  if (root === undefined) {
    throw new CofferError('usage', '--staged needs a git repository', {
      hint: 'run coffer check without it to check the files on disk',
    });
  }
  const [changed, { files, links }, found = []] = await Promise.all([
    listChanged(root),
    listIndex(root),
    searchManifests(folder, '--cached'),
  ]);
  const reader = new GitObjects(root);
  const sources: Source[] = [];
  const unread = new Unread();
  try {
    for (const file of changed.size > 0 ? found : []) {
      const path = resolve(folder, file);
      const reading = readObject(reader, file, files.get(path));
      const bytes = await reading.catch((error: unknown) => unread.note(error));
      if (!bytes) continue;
      if (looksLikeManifest(decodeText(bytes).text)) sources.push({ file, path, bytes });
    }
  } catch (error) {
    reader.close();
    throw error;
  }
  const follow = (path: string) =>
    followLinks(path, async (link) => {
      const id = links.get(link);
      return id === undefined ? undefined : (await readObject(reader, link, id)).toString('utf8');
    });
  return {
    sources,
    warnings: unread.warnings,
    isFiltered: true,
    concerns: (paths) => paths.some((path) => changed.has(path)),
    follow,
    async locate(file, named) {
      const path = await follow(resolve(dirname(file), named));
      const parts = relative(root, path).toLowerCase().split(sep);
      const isAllowed = allowedFiles.some((one) => path === one || path.startsWith(one + sep));
      if (parts.includes('.git')) return { path, isAllowed, refused: 'in a git folder' };
      const isOutside = parts[0] === '..' && !isAllowed;
      return { path, isAllowed, refused: isOutside ? 'outside of the repository' : undefined };
    },
    async fingerprint(path) {
      const id = files.get(path);
      if (id === undefined) return undefined;
      const fingerprinter = new Fingerprinter();
      await reader.read(id, (chunk) => fingerprinter.update(chunk));
      return fingerprinter.finish();
    },
    tracked: () => Promise.resolve(files),
    close: () => reader.close(),
  };
}

/** @throws CofferError `manifest` for a large one, of which it keeps no more than the limit */
async function readObject(
  reader: GitObjects,
  file: string,
  id: string | undefined,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  const take = (chunk: Buffer) => {
    size += chunk.length;
    if (size <= MANIFEST_LIMIT.bytes) chunks.push(chunk);
  };
  if (id !== undefined) await reader.read(id, take);
  MANIFEST_LIMIT.refuseLarger(file, size);
  return Buffer.concat(chunks);
}
