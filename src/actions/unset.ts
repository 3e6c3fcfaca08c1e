import { editManifest } from '../manifest/index.ts';
import type { Manifest } from '../manifest/model.ts';
import { replaceManifest, type Reviewed } from '../seal/apply.ts';
import { verify } from '../seal/encrypt.ts';
import { changeManifest, findParameter } from './manifests.ts';
import type { Tools, WriteOptions } from './tools.ts';
import { shellFile } from '../files/shell-words.ts';

export type UnsetOptions = Pick<WriteOptions, 'lockTimeoutSeconds'> & Reviewed;

export interface UnsetReport {
  file: string;
  changed: boolean;
  /** Names of the parameters. */
  removed: string[];
  /** Paths of the blob files that were removed. */
  blobs: string[];
}

/** Removes parameters from a manifest, with their comments and blobs. Does not change AWS. */
export function unset(
  tools: Tools,
  file: string,
  names: readonly string[],
  options: UnsetOptions = {},
): Promise<UnsetReport> {
  return changeManifest(tools, file, options, (manifest) =>
    removeFrom(tools, manifest, names, options),
  );
}

async function removeFrom(
  { host }: Tools,
  manifest: Manifest,
  names: readonly string[],
  { review }: UnsetOptions,
): Promise<UnsetReport> {
  const { file, secret } = manifest;
  const removed = new Set(names.map((name) => findParameter(manifest, name)));
  const remove = new Set([...removed].map(({ name }) => name));

  const text = editManifest(manifest, { remove });
  const kept = manifest.parameters.filter((parameter) => !removed.has(parameter));
  const read = verify({ ...manifest, parameters: kept }, text, new Map(), []);
  const next = { text, read, blobs: [] };
  const { changed, removed: blobs } = await replaceManifest(manifest, next, review);
  if (changed) {
    // One secret is written anew without the value; others stay until they are pruned.
    const sync = `coffer sync ${shellFile(file)}${secret === undefined ? ' --prune' : ''}`;
    host.note(`${file}: removed ${[...remove].join(', ')}; run ${sync} to delete from AWS too`);
  }
  return { file, changed, removed: [...remove], blobs };
}
