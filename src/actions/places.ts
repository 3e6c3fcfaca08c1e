import { access } from 'node:fs/promises';
import { CofferError } from '../errors.ts';
import type { Manifest } from '../manifest/model.ts';
import { readManifests } from './manifests.ts';
import type { Tools } from './tools.ts';

/** A path in SSM, in a manifest's first region, and the names that a manifest lists under it, if there is one. */
export interface SsmPlace {
  path: string;
  region: string | undefined;
  /** What a manifest says of it: without one, all that are there count. */
  manifest?: Manifest | undefined;
}

/** Accepts manifests, for their paths, and paths such as `/app/`. */
export async function placesOf(
  tools: Pick<Tools, 'aws' | 'region' | 'homeRegion' | 'limit'>,
  filesOrPaths: readonly string[],
): Promise<SsmPlace[]> {
  const paths = filesOrPaths.filter((word) => word.endsWith('/'));
  const files = filesOrPaths.filter((word) => !word.endsWith('/'));
  for (const file of files) await refuseBarePath(file);
  const manifests = await readManifests(tools, files);
  return [
    ...paths.map((path) => ({ path, region: tools.homeRegion })),
    ...manifests.map((manifest) => ({ path: manifest.path, region: manifest.region, manifest })),
  ];
}

/** `/app` counts as a file; if it does not exist, the caller may have meant `/app/`. */
async function refuseBarePath(file: string): Promise<void> {
  if (!file.startsWith('/')) return;
  await access(file).catch((cause: unknown) => {
    throw new CofferError('usage', `manifest not found: ${file}`, {
      hint: `for a path in SSM, add a slash: ${file}/`,
      cause,
    });
  });
}
