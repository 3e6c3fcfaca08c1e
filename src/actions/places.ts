import { access } from 'node:fs/promises';
import { CofferError } from '../errors.ts';
import { readManifests } from './manifests.ts';
import type { Tools } from './tools.ts';

/** A path in SSM, and what a manifest says of it, if one does. */
export interface SsmPlace {
  path: string;
  region: string | undefined;
  /** The full names that a manifest lists; without one, all that are there count. */
  names?: string[] | undefined;
}

/** Manifests stand for their paths; a path such as `/app/` may be given as it is. */
export async function placesOf(
  tools: Pick<Tools, 'region' | 'homeRegion'>,
  filesOrPaths: readonly string[],
): Promise<SsmPlace[]> {
  const paths = filesOrPaths.filter((word) => word.endsWith('/'));
  const files = filesOrPaths.filter((word) => !word.endsWith('/'));
  for (const file of files) await refuseBarePath(file);
  const manifests = await readManifests(tools, files);
  return [
    ...paths.map((path) => ({ path, region: tools.homeRegion })),
    ...manifests.map(({ path, region, parameters }) => ({
      path,
      region,
      names: parameters.map(({ fullName }) => fullName),
    })),
  ];
}

/** `/app` is taken for a file, of which there is none, while `/app/` may well be what was meant. */
async function refuseBarePath(file: string): Promise<void> {
  if (!file.startsWith('/')) return;
  await access(file).catch((cause: unknown) => {
    throw new CofferError('usage', `there is no manifest ${file}`, {
      hint: `a path in SSM ends with a slash: ${file}/`,
      cause,
    });
  });
}
