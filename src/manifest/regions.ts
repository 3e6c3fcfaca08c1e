import { isMultiRegion, keyIn } from '../aws/multi-region.ts';
import type { Manifest } from './model.ts';

/** Stands for the region in the name of a bucket, since a bucket is in one region. */
export const REGION_MARK = '{region}';

/** The manifest as it is published in one region: with the bucket and the key there. */
export function inRegion(manifest: Manifest, region: string): Manifest {
  const { destination, bucketAsWritten: bucket } = manifest;
  return { ...manifest, ...settingsIn(region, { kmskey: destination.kmskey, bucket }) };
}

/** The manifest once for each of its regions. */
export function inEachRegion(manifest: Manifest): Manifest[] {
  return manifest.regions.map((region) => inRegion(manifest, region));
}

/** What settings mean in a region. */
export function settingsIn(
  region: string,
  { kmskey, bucket }: Pick<Manifest, 'kmskey' | 'bucket'>,
): Pick<Manifest, 'region' | 'kmskey' | 'bucket'> {
  return {
    region,
    kmskey: kmskey === undefined ? undefined : keyIn(region, kmskey),
    bucket: bucket?.replaceAll(REGION_MARK, region),
  };
}

/** Whether a reference to a key can mean a key in each of several regions. */
export function isInEachRegion(reference: string): boolean {
  return /^(?:alias\/|mrk-)/.test(reference) || isMultiRegion(reference);
}

/** How messages call it: with the region, if it has several. */
export function labelOf({ file, region, regions }: Manifest): string {
  return regions.length > 1 ? `${file} in ${region}` : file;
}
