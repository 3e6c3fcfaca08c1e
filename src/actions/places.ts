import { access } from 'node:fs/promises';
import { CofferError } from '../errors.ts';
import type { Manifest, StoreName } from '../manifest/model.ts';
import { readManifests } from './manifests.ts';
import type { Tools } from './tools.ts';

/** A path in a store, in a manifest's first region, and the names that a manifest lists there, if there is one. */
export interface Place {
  path: string;
  region: string | undefined;
  store: StoreName;
  /** What a manifest says of it: without one, all that are there count. */
  manifest?: Manifest | undefined;
}

/** Accepts manifests, for their paths, and paths such as `/app/`, which are in SSM by default. */
export async function placesOf(
  tools: Pick<Tools, 'aws' | 'region' | 'homeRegion' | 'limit'>,
  filesOrPaths: readonly string[],
  { store = 'ssm' }: { store?: StoreName | undefined } = {},
): Promise<Place[]> {
  const paths = filesOrPaths.filter((word) => word.endsWith('/'));
  const files = filesOrPaths.filter((word) => !word.endsWith('/'));
  for (const file of files) await refuseBarePath(file);
  const manifests = await readManifests(tools, files);
  return [
    ...paths.map((path) => ({
      path: path.startsWith('/') ? path : `/${path}`,
      region: tools.homeRegion,
      store,
    })),
    ...manifests.map((manifest) => ({
      path: manifest.path,
      region: manifest.region,
      store: manifest.store,
      manifest,
    })),
  ];
}

/** What to say of a place where nothing is: it may be in another region. */
export function nothingIn({ path, region, manifest }: Omit<Place, 'store'>): string {
  const where = region === undefined ? '' : ` in ${region}`;
  return manifest?.secret === undefined
    ? `no parameters under ${path}${where}`
    : `no secret ${manifest.secret}${where}`;
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
